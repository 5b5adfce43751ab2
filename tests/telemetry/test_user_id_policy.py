"""What may be the id of a person, and what tells who it is."""

import time

import pytest

from telemetry.user_id_policy import can_be_kept, problem_with

MAILS = [
    "anna@example.org", "Anna <anna@example.org>", "mailto:a.b+c@mail.example.co.uk", "anna＠example．org",
    "änne@bücher.example", "anna%40example.org", "anna%2540example%2Eorg", "anna&#64;example.org",
    "anna(at)example.org", "anna [at] example [dot] org", "anna@xn--bcher-kva.xn--p1ai",
    "anna@[192.0.2.1]", "u:anna@example.org",
]  # fmt: skip
NUMBERS = [
    "+4915123456789", "+49 (151) 234-567", "%2B4915123456789", "u:+4915123456789", "tel:+4930123456", "tel:1234567",
    "004915123456789", "0049 151 2345678", "015123456789", "0301234567", "012345678", "(030) 1234567 8",
    "0151/2345 6789",
    "4915123456789", "2125550123", "212-555-0123", "212.555.0123", "(212) 555-0123", "(212)555-0123", "1-800-555-0199",
    "+1 212 555 0123", "06 12 34 56 78", "612 345 678", "98765 43210", "138 1234 5678", "12 34 56 78", "9123 4567",
    "912 34 567", "123-45-6789", "943 476 5919", "٠٠٤٩١٥١٢٣٤٥٦٧٨٩", "0049–151–2345678",
]  # fmt: skip
NAMES = [
    "Anna Schmidt", "Anna Maria Schmidt", "Schmidt, Anna", "Anna%20Schmidt", "Anna+Schmidt", "Anna.Schmidt",
    "ANNA SCHMIDT", "Änne Özgür-Müller", "Siobhán O’Brien", "Ludwig van Beethoven", "J. Smith", "Anna S.",
    "Dr. Anna Schmidt", "Anna Schmidt (12.03.1980)", "Анна Иванова",
]  # fmt: skip
FINE = [
    "u-1", "p-12", "user_0042", "0101-00012", "001-0023", "0012345678", "0000000017", "1234567", "12345678",
    "123456789", "1234567890123456",
    "6f1c2f2e-9a34-4d5e-8a57-0e6f5c1b2a3d",
    "6F1C2F2E9A344D5E8A570E6F5C1B2A3D",  # pragma: allowlist secret
    "01ARZ3NDEKTSV4RRFFQ69G5FAV", "2026-11-24", "user@realm", "a.b.c", "P 17", "Patient B", "Ünïcode 日本", "12", "7",
    "0x7fff", "10.0.0.1", "demo-01", "STUDY-A/0017", "site:berlin:17", "back\\slash-7", "%_like-7", "Tm9uZQ==",
    "a" * 120,
]  # fmt: skip
UNFIT = [
    " u-1", "u-1 ", "u-1\n", "\tu-1", "u\n1", "u\r1", "u\0", "u\x7f1", "u\u200b1", "u\u200d1", "\ufeffu1", "u\u00ad1",
    "u\u202e1", "u\u2066x", "u\u200f1", "u\u3164", "u\ufe0f1", "u\u00a01", "u\u20281", "u\ud8001",
]  # fmt: skip


@pytest.mark.parametrize("user", MAILS + NUMBERS + NAMES)
def test_an_address_a_number_or_a_name_tells_who_it_is(user):
    assert problem_with(user) == "raw_identifier"


@pytest.mark.parametrize("user", FINE)
def test_an_id_that_means_nothing_outside_is_fine(user):
    assert problem_with(user) == ""


@pytest.mark.parametrize("user", UNFIT)
def test_blanks_around_it_and_what_cannot_be_seen_are_refused(user):
    assert problem_with(user) == "invalid_text"


@pytest.mark.parametrize(
    ("user", "code"), [("", "missing_key"), (" ", "missing_key"), ("a" * 121, "too_long")]
)
def test_what_cannot_be_kept_is_said(user, code):
    assert problem_with(user) == code


def test_an_earlier_time_may_have_kept_what_is_refused_now():
    assert all(can_be_kept(user) for user in (" u-1", "u-1\n", "anna@example.org"))
    assert not any(can_be_kept(user) for user in ("", "u\0", "u\ud800", "a" * 121))


@pytest.fixture
def allowed(settings):
    """Ten digits, and two words."""
    settings.USER_ID_PATTERN = r"[0-9]{10}|[A-Z][a-z]+ [A-Z][a-z]+\n?"
    problem_with.cache_clear()
    yield
    problem_with.cache_clear()


def test_who_must_may_allow_a_kind_of_ids_whatever_they_look_like(allowed):
    assert [problem_with(one) for one in ("2125550123", "Blue Whale", "+12125550123")] == [
        "",
        "",
        "raw_identifier",
    ]
    assert problem_with("Blue Whale\n") == "invalid_text"


@pytest.mark.parametrize("part", ["A. ", "Ab. ", "12 ", "(1", "a@", "%25", "+1 ", "Ab'", "0-"])
def test_no_text_keeps_it_busy(part):
    start = time.perf_counter()
    problem_with((part * 120)[:119] + "!")
    assert time.perf_counter() - start < 0.05
