"""When the evaluator says that a trigger is acted on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conditions import Condition
from observability.active_triggers import active_triggers
from observability.rule_tests import oracle
from observability.rule_tests.oracle import Phase, firing, looks_back
from observability.rule_tests.scenarios import SILENT, Scenario, Steps
from tests.contracts.strategies import betweens, comparisons, conditions, near
from tests.observability.drawn import one_threshold, release

Q, F, E = Phase


def phases(*stretches, steps=None, condition="< 20", length=0, **timing):
    [one], _ = active_triggers(release(one_threshold(condition, **timing)))
    return list(firing(one, steps or Steps(15, 2, 2, 0), Scenario("p", stretches), length))


def test_it_fires_once_the_condition_has_held_for_long_enough():
    assert phases((19.0, 3), (20.0, 1)) == [Q, Q, F, E]


def test_silence_holds_what_fires_and_begins_anew_what_waits():
    assert phases((19.0, 3), (SILENT, 3), (21.0, 3)) == [Q, Q, F, F, F, F, E, E, Q]
    assert phases((19.0, 2), (SILENT, 1), (19.0, 3)) == [Q, Q, Q, Q, Q, F]


def test_the_band_holds_what_fires_and_begins_anew_what_waits():
    about = {"recover_if": ">= 25"}
    assert phases((19.0, 3), (22.0, 2), (25.0, 3), **about) == [Q, Q, F, F, F, E, E, Q]
    assert phases((19.0, 2), (22.0, 1), (19.0, 3), **about) == [Q, Q, Q, Q, Q, F]


def test_a_change_is_told_from_all_that_was_scraped_before():
    steps = Steps(60, 0, 0, 3)
    found = phases((100.0, 4), (90.0, 1), steps=steps, condition="drop >= 10% over 3m", length=8)
    assert found == [Q, Q, Q, Q, F, Q, Q, Q]


@settings(max_examples=50, deadline=None)
@given(
    conditions(comparisons(near), betweens(near)),
    st.none() | conditions(comparisons(near), betweens(near)),
    st.lists(st.tuples(st.none() | near.map(float), st.integers(1, 3)), min_size=1, max_size=5),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_kinds_of_values_come_to_the_same_as_the_values(condition, recovery, stretches, for_, keep):
    steps = Steps(15, for_, keep, 0)
    timing = {"recover_if": str(recovery)} if recovery else {}
    [one], _ = active_triggers(release(one_threshold(str(condition), **timing)))
    scenario = Scenario("p", tuple(stretches))
    assert not looks_back(one)
    expected = oracle.of_values(one, steps, scenario.stretches)
    assert firing(one, steps, scenario, 0) == expected


def test_a_recovery_may_look_back_as_well():
    [one], _ = active_triggers(release(one_threshold("< 20", recover_if="rise > 5% over 1h")))
    assert looks_back(one)
    assert isinstance(one.recovery, Condition)
