"""The state of a binding out of those of its series."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.evaluation import (
    MOST_SOURCES,
    SECOND,
    START,
    USUAL_SILENCE,
    Memory,
    Observed,
    State,
    by_source,
    changes,
    combine,
    evaluator,
    moves_of,
    replay,
    replay_all,
    within_limit,
)
from tests.contracts.evaluation.samples import bindings, histories, trigger, values, watched

HALF_DAY = 12 * 60 * 60 * SECOND
PLAIN = watched(trigger("critical", "< 20"), trigger("warning", "< 30"))


def known(state, since=0, heard=0):
    return Memory(state, since, heard, heard, 25)


@settings(max_examples=30)
@given(bindings(), histories())
def test_a_single_source_is_what_it_says(binding, history):
    memory = replay(evaluator(binding), history).memory
    combined = combine(evaluator(binding), {"watch": memory})
    assert (combined.state, combined.source, combined.memory) == (memory.state, "watch", memory)


def test_of_nobody_nothing_is_known():
    assert combine(evaluator(PLAIN), {}).state is State.UNKNOWN


def test_the_worst_speaks_then_who_has_said_so_for_longer_then_the_name():
    memories = {"a": known(State.WARNING), "b": known(State.CRITICAL, 9), "c": known(State.CRITICAL, 5)}
    assert combine(evaluator(PLAIN), memories).source == "c"
    assert combine(evaluator(PLAIN), memories | {"0": known(State.CRITICAL, 5)}).source == "0"


def test_who_was_never_judged_does_not_count_beside_who_was():
    combined = combine(evaluator(PLAIN), {"a": START, "b": known(State.NORMAL)})
    assert (combined.state, combined.counting) == (State.NORMAL, ("b",))


def test_a_source_counts_until_another_is_heard_as_much_later_as_silence_takes():
    for later, state in ((USUAL_SILENCE - 1, State.CRITICAL), (USUAL_SILENCE, State.NORMAL)):
        memories = {"a": known(State.CRITICAL), "b": known(State.NORMAL, heard=later)}
        assert combine(evaluator(PLAIN), memories).state is state


def test_those_heard_last_are_remembered():
    many = {f"s-{n:03}": known(State.NORMAL, heard=n) for n in range(MOST_SOURCES + 20)}
    left = within_limit(many)
    assert (len(left), min(left)) == (MOST_SOURCES, "s-020")


@settings(max_examples=25)
@given(bindings(), histories(), histories())
def test_what_one_source_says_changes_nothing_about_another(binding, watch, ring):
    ring = [one._replace(source="ring") for one in ring]
    together = replay_all(evaluator(binding), [*ring, *watch])
    alone = replay_all(evaluator(binding), watch) | replay_all(evaluator(binding), ring)
    assert together == alone


days = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), values), max_size=14)


@settings(max_examples=25)
@given(bindings(guards=st.just("")), days)
def test_the_changes_of_a_binding_are_what_its_sources_come_to_at_every_moment(binding, observed):
    judge = evaluator(binding)
    series = by_source({(s, n): Observed(value, n * HALF_DAY, None, s) for s, n, value in observed}.values())
    end = 61 * HALF_DAY
    transitions = {source: replay(judge, own, until=end).transitions for source, own in series.items()}
    heard = {source: [one.at for one in own] for source, own in series.items()}
    found = {one.at: one.after for one in changes(moves_of(judge, transitions, heard))}
    state = State.UNKNOWN.number
    moments = {n * HALF_DAY for n in range(62)} | found.keys()
    for moment in sorted(moments):
        memories = {
            source: replay(judge, [one for one in own if one.at <= moment], until=moment).memory
            for source, own in series.items()
            if own[0].at <= moment
        }
        state = found.get(moment, state)
        assert state == combine(judge, memories).state.number, moment


def test_changes_of_one_moment_are_one():
    assert changes([(5, "a", 3), (5, "b", 0), (9, "a", 0), (9, "b", 2)]) == [(5, -1, 3), (9, 3, 2)]
