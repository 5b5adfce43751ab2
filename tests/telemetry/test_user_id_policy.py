"""What may be the id of a person, and what tells who it is."""

import pytest

from telemetry.user_id_policy import problem_with

TELLING = [
    "anna@example.org", "Anna <anna@example.org>", "mailto:a.b+c@mail.example.co.uk", "anna＠example．org",
    "änne@bücher.example", "+4915123456789", "+49 (151) 234-567", "0049 151 2345678", "(030) 1234567 8",
    "0151/2345 6789", "212-555-0123", "(212) 555-0123", "+1 212 555 0123", "tel:+4930123456",
]  # fmt: skip
FINE = [
    "u-1", "0101-00012", "001-0023", "0012345678", "4915123456789", "6f1c2f2e-9a34-4d5e-8a57-0e6f5c1b2a3d",
    "2026-11-24", "user@realm", "a.b.c", "P 17", "Ünïcode 日本", "12", "0x7fff", "10.0.0.1", "a" * 120,
]  # fmt: skip


@pytest.mark.parametrize("user", TELLING)
def test_an_address_or_a_number_tells_who_it_is(user):
    assert problem_with(user) == "raw_identifier"


@pytest.mark.parametrize("user", FINE)
def test_an_id_that_means_nothing_outside_is_fine(user):
    assert problem_with(user) == ""


@pytest.mark.parametrize(
    ("user", "code"),
    [("", "missing_key"), (" ", "missing_key"), ("a" * 121, "too_long"), ("a\0", "invalid_text")],
)
def test_what_cannot_be_kept_is_said(user, code):
    assert problem_with(user) == code
