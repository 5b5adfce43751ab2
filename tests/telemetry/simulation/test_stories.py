"""What happens to people who do not exist."""

import pytest

from telemetry.simulation.stories import CYCLE, STORIES, TODAY, Curve, people
from telemetry.user_id_policy import problem_with


@pytest.mark.parametrize(
    ("day", "value"), [(0, 0), (5, 5), (10, 10), (15, 10), (20, 10), (30, 5), (40, 0), (45, 5)]
)
def test_a_curve_goes_evenly_from_point_to_point_and_begins_again(day, value):
    assert Curve(((0, 0), (10, 10), (20, 10))).at(day) == pytest.approx(value)


def test_a_story_may_be_lived_later():
    early, late = Curve(((0, 0), (10, 10))), Curve(((0, 0), (10, 10)), later=12)
    assert [late.at(day + 12) for day in range(40)] == pytest.approx([early.at(day) for day in range(40)])


def test_each_story_is_lived_once_and_the_others_are_well():
    found = people(len(STORIES) + 2, "test")
    assert [one.story for one in found[: len(STORIES)]] == [*STORIES]
    assert {one.story.name for one in found[len(STORIES) :]} == {"well"}


def test_ids_are_unique_and_may_be_reported():
    ids = [one.user_id for one in people(150, "test")]
    assert len(set(ids)) == 150
    assert not any(problem_with(one) for one in ids)


def test_a_person_is_the_same_in_every_run():
    one, again, other = people(2, "test")[0], people(2, "test")[0], people(2, "test")[1]
    assert one.trait("height") == again.trait("height") != other.trait("height")
    assert one.chance("a").random() == again.chance("a").random() != one.chance("b").random()


def test_a_silent_device_is_silent_in_every_cycle():
    silent = next(one for one in people(len(STORIES), "test") if one.story.silent)
    assert [silent.is_silent(day) for day in (25, 30, 35, 30 + CYCLE, 30 - CYCLE)] == [
        False,
        True,
        False,
        True,
        True,
    ]


def test_somebody_falls_within_hours_whenever_the_demo_is_begun():
    both = [one for one in STORIES if one.name.startswith("hard")]
    for hour in range(24 * 8):
        day = TODAY + hour / 24
        assert any(one.strain.at(day + ahead / 24) > 0.9 for one in both for ahead in range(8))
        assert any(one.strain.at(day + ahead / 24) < 0.1 for one in both for ahead in range(8))
