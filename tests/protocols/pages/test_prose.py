"""Times, lengths and deeds, as sentences have them."""

import pytest

from contracts.evaluation import SECOND
from protocols.pages.action_words import Wording, wordings
from protocols.pages.prose import clock, day, done_words, joined, length, lowered, to_do
from tests.protocols.pages.stories import AT

DAY = 86_400 * SECOND


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "less than a second"),
        (1, "1 second"),
        (80, "1 minute 20 seconds"),
        (202, "3 minutes"),
        (3_900, "1 hour 5 minutes"),
        (36_000 + 59, "10 hours"),
        (90_000, "1 day 1 hour"),
    ],
)
def test_a_length_is_said_to_two_parts(seconds, told):
    assert length(seconds * SECOND) == told


def test_another_day_is_said_beside_the_time():
    assert clock(AT) == "12:00"
    assert clock(AT + DAY, AT) == "12:00 on 25 Nov"
    assert clock(AT + 400 * DAY, AT) == "12:00 on 29 Dec 2027"
    assert [day(AT, AT + n * DAY) for n in (0, 1, 2)] == ["today", "yesterday", "on 24 November"]


@pytest.mark.parametrize(
    ("title", "did", "has_to"),
    [
        ("reduce training intensity", "reduced training intensity", "reduce training intensity"),
        ("Stop power training", "stopped power training", "stop power training"),
        ("notify_user".replace("_", " "), "notified user", "notify user"),
        ("Look at the sleep rhythm", "looked at the sleep rhythm", "look at the sleep rhythm"),
        (
            "A day of complete rest",
            "took the step “a day of complete rest”",
            "take the step “a day of complete rest”",
        ),
        ("ECG", "took the step “ECG”", "take the step “ECG”"),
    ],
)
def test_a_deed_is_told_by_what_it_is_called(title, did, has_to):
    assert (done_words(title), to_do(title)) == (did, has_to)


def test_a_list_ends_with_and():
    assert [joined(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_capitals_that_mean_something_stay():
    assert [lowered(one) for one in ("Heart rate", "HRV", "A mean", "")] == [
        "heart rate",
        "HRV",
        "a mean",
        "",
    ]


def test_what_no_catalogue_has_is_called_by_its_name(db):
    assert wordings([1])[1]["reduce_training_intensity"].title == "reduce training intensity"
    assert Wording()["x"].reversible is None
