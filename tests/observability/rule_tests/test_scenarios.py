"""What happens to the people that rules are tried on."""

import math

import pytest

from observability.active_triggers import active_triggers
from observability.rule_tests.scenarios import SILENT, Samples, Steps, samples_of, scenarios
from tests.observability.drawn import one_threshold, release


def trigger(condition="< 20", **timing):
    [found], _ = active_triggers(release(one_threshold(condition, **timing)))
    return found


def tried(condition="< 20", steps=None, **timing):
    found = scenarios(trigger(condition, **timing), steps or Steps(15, 0, 0, 0))
    assert len({one.name for one in found}) == len(found)
    return {one.name: [value for value, _ in one.stretches] for one in found}


def test_each_bound_is_tried_with_its_neighbours_among_floats():
    found = tried("80..89")
    assert found["bound_1_below"] == [math.nextafter(80, 0)]
    assert found["bound_1_on"] == [80]
    assert found["bound_2_above"] == [math.nextafter(89, 100)]
    assert not any(name.startswith("recovery") for name in found)


def test_a_recoverys_bounds_are_tried_after_it_fired():
    assert tried(recover_if=">= 25")["recovery_bound_1_below"] == [19, math.nextafter(25, 0)]


@pytest.mark.parametrize(
    ("condition", "recovery", "samples"),
    [
        ("< 20", "", Samples(19, 21, None)),
        ("< 20", ">= 25", Samples(19, 26, 22.5)),
        ("5..5", "", Samples(5, 4, None)),
        ("!= 5", "", Samples(4, 5, None)),
        ("< 5 or >= 5", "", Samples(1, None, None)),
        ("< 20", "< 20", Samples(19, None, 21)),
        ("drop > 5% over 1d", "", Samples(None, 1, None)),
    ],
)
def test_a_value_of_each_kind(condition, recovery, samples):
    assert samples_of(trigger(condition, recover_if=recovery)) == samples


def test_without_lengths_of_time_nothing_waits_or_ends():
    assert set(tried()) == {"bound_1_below", "bound_1_on", "bound_1_above", "late_recovery", "silence"}


def test_everything_is_tried_at_each_point_of_an_episode():
    found = set(tried(steps=Steps(15, 4, 2, 0), recover_if=">= 25"))
    waiting = {"silence_while_waiting", "band_while_waiting", "better_while_waiting"}
    ending = {"silence_while_ending", "band_while_ending", "worse_while_ending"}
    assert waiting | ending | {"silence", "band", "late_recovery"} <= found


def test_evaluations_hours_apart_cannot_see_what_fired():
    found = tried(steps=Steps(3600, 4, 2, 0), recover_if=">= 25")
    assert not any(SILENT in values for values in found.values())
    assert "band" not in found
    assert "late_recovery" in found


def test_a_change_is_tried_a_millionth_short_of_enough():
    found = tried("drop >= 10% over 1h or rise > 50% over 1h", steps=Steps(60, 0, 0, 60))
    assert found["change_1_below"] == [100, 89.999999]
    assert found["change_1_on"] == [100, 90]
    assert found["change_2_above"] == [100, 150.000001]


def test_a_steady_value_from_which_a_change_is_tried_does_not_hold_itself():
    assert tried("drop >= 10% over 1h or > 60", steps=Steps(60, 0, 0, 60))["change_1_on"] == [50, 45]
