"""What holds for every contract and every history."""

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import SECOND, START, Memory, State, Transition, evaluator, follow, replay
from tests.contracts.evaluation.reference import Reference
from tests.contracts.evaluation.samples import at, bindings, histories, trigger, values, watched

END = 80


@given(bindings(), histories())
def test_the_evaluator_says_at_every_second_what_a_clock_that_ticks_says(binding, history):
    plain, memory, fast = Reference(binding), START, evaluator(binding)
    for second in range(END):
        now = [one for one in history if one.at == second * SECOND]
        plain.second(second, [(one.value, one.context) for one in now])
        for one in now:
            memory, _ = fast.evaluate(memory, one)
        if not now:
            memory, _ = fast.tick(memory, second * SECOND)
        assert (second, memory.state) == (second, plain.state)


@given(bindings(), histories(), st.lists(st.integers(0, END)))
def test_when_somebody_looks_makes_no_difference(binding, history, looks):
    memory = START
    found: list[Transition] = []
    looked = sorted([*history, *(look * SECOND + 1 for look in looks)], key=_time)
    for one in looked:
        step = evaluator(binding).tick if isinstance(one, int) else evaluator(binding).evaluate
        memory, more = step(memory, one)
        found += more
    memory, more = evaluator(binding).tick(memory, END * SECOND + 1)
    assert (memory, (*found, *more)) == replay(evaluator(binding), history, until=END * SECOND + 1)


def _time(one):
    return one if isinstance(one, int) else one.at


@given(bindings(), histories(), st.randoms(use_true_random=False))
def test_in_which_order_a_batch_comes_makes_no_difference(binding, history, chance: random.Random):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert replay(evaluator(binding), shuffled) == replay(evaluator(binding), history)


as_numbers = st.sampled_from([int, float, lambda value: Decimal(str(value))])


@given(bindings(), histories(), as_numbers, st.integers(0, 12))
def test_what_is_quiet_is_taken_in_as_if_one_by_one(binding, history, kind, cut):
    history = [one._replace(value=kind(one.value)) for one in history]
    slow = replay(evaluator(binding), history[:cut]).memory
    expected: list[tuple[Transition, object]] = []
    memory, found = follow(evaluator(binding), slow, history[cut:])
    for one in history[cut:]:
        slow, more = evaluator(binding).evaluate(slow, one)
        expected += [(transition, one) for transition in more]
    assert (memory, found) == (slow, expected)


@given(bindings(), histories(), st.integers(0, 12))
def test_a_history_evaluated_in_two_parts_gives_the_same_transitions(binding, history, cut):
    first = replay(evaluator(binding), history[:cut])
    memory, found = Memory.from_data(first.memory.as_data()), list(first.transitions)
    for one in history[cut:]:
        memory, more = evaluator(binding).evaluate(memory, one)
        found += more
    assert (memory, tuple(found)) == replay(evaluator(binding), history)


@given(bindings(), histories())
def test_transitions_follow_each_other_in_time_and_in_state(binding, history):
    memory, transitions = replay(evaluator(binding), history, until=END * SECOND)
    state, moment = State.UNKNOWN, 0
    for transition in transitions:
        assert transition.before is state
        assert transition.after is not state
        assert transition.at >= moment
        assert transition.reason
        state, moment = transition.after, transition.at
    assert memory.state is state


@given(bindings(), histories(), st.integers(1, 1000))
def test_losing_data_is_never_recovery(binding, history, later):
    """When only time passes, a state gets worse or unknown. It gets milder where a value asked for that, and never
    again once it is unknown."""
    memory, _ = replay(evaluator(binding), history)
    end = (memory.since or 0) + later * SECOND
    was_asked = any(mark.quiet is not None for mark in memory.marks)
    after, transitions = evaluator(binding).tick(memory, end)
    for transition in transitions:
        assert transition.before is not State.UNKNOWN
        assert (
            was_asked
            or transition.after is State.UNKNOWN
            or transition.after.number > transition.before.number
        )
    if State.UNKNOWN in [transition.after for transition in transitions]:
        assert after.state is State.UNKNOWN
        assert _acted_on(after) == _acted_on(evaluator(binding).tick(memory, (after.since or 0) - 1)[0])


def _acted_on(memory):
    return [mark.rule for mark in memory.marks if mark.fired is not None]


@given(bindings(st.just("ok == true")), histories(), values)
def test_what_a_guard_keeps_out_never_ends_anything(binding, history, value):
    memory, _ = replay(evaluator(binding), history)
    after, transitions = evaluator(binding).evaluate(memory, at(END, value))
    assert not [found for found in transitions if found.cause == "value"]
    assert {mark.rule for mark in after.marks} <= {mark.rule for mark in memory.marks}


@given(st.lists(st.sampled_from([18, 19.9, 20, 22, 24.9]), max_size=20), st.integers(1, 600))
def test_a_sawtooth_with_recover_if_is_one_episode(teeth, gap):
    binding = watched(trigger("critical", "< 20", recover=">= 25"), missing="2d")
    history = [at(gap * index, value) for index, value in enumerate([50, 18, *teeth, 25])]
    _, transitions = replay(evaluator(binding), history)
    assert [str(transition.after) for transition in transitions] == ["normal", "critical", "normal"]
    assert {transition.episode for transition in transitions[1:]} == {gap * SECOND}


@given(bindings(), histories())
def test_a_memory_is_the_same_after_it_was_written_and_read(binding, history):
    memory, _ = replay(evaluator(binding), history)
    assert Memory.from_data(memory.as_data()) == memory


@given(bindings(), histories())
def test_a_memory_says_when_time_alone_will_change_it(binding, history):
    memory, _ = replay(evaluator(binding), history)
    if memory.due is None:
        assert evaluator(binding).tick(memory, 10**6 * SECOND) == (memory, ())
    else:
        assert evaluator(binding).tick(memory, memory.due - 1) == (memory, ())
        assert evaluator(binding).tick(memory, memory.due)[0] != memory
