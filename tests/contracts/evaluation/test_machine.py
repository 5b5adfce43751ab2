"""What the laws and the test vectors do not say: contracts that change, values that come oddly."""

from decimal import Decimal

import pytest

from contracts.evaluation import (
    SECOND,
    START,
    Evaluator,
    State,
    Transition,
    evaluate,
    evaluator,
    replay,
    tick,
)
from contracts.watched import BodyError
from tests.contracts.evaluation.samples import at, run, trigger, watched

SIMPLE = watched(trigger(), missing="1h")
RECOVERING = watched(trigger(recover=">= 25"))


def reasons(transitions: list[Transition]):
    return [transition.reason for transition in transitions]


def test_a_value_after_somebody_looked_a_moment_later_is_still_the_newest():
    binding = watched(trigger(for_="10s"))
    memory, _ = run(binding, START, at(0, 18))
    memory, [fired] = tick(binding, memory, 12 * SECOND)
    assert fired.at == 10 * SECOND
    memory, [ended] = evaluate(binding, memory, at(9, 50))
    assert (ended.at, ended.after, memory.at) == (10 * SECOND, State.NORMAL, 9 * SECOND)


def test_a_condition_that_changes_goes_on_with_the_next_value():
    memory, _ = run(SIMPLE, START, at(0, 18))
    memory, [ended] = evaluate(watched(trigger(condition="< 15")), memory, at(1, 18))
    assert ended.reason == "18 ms is not below 15 ms"
    assert memory.marks == ()


def test_a_recovery_that_is_added_holds_for_the_episode_that_is_on():
    memory, _ = run(SIMPLE, START, at(0, 18))
    memory, transitions = evaluate(RECOVERING, memory, at(1, 22))
    assert (memory.state, transitions) == (State.CRITICAL, ())


def test_a_trigger_that_is_taken_out_ends_with_the_next_value():
    memory, _ = run(watched(trigger(), trigger("warning", "< 30")), START, at(0, 18))
    memory, [ended] = evaluate(watched(trigger("warning", "< 30")), memory, at(1, 18))
    assert (ended.after, ended.reason) == (
        State.WARNING,
        "the contract no longer has the trigger that held; 18 ms is below 30 ms",
    )


def test_two_triggers_of_one_severity_are_two():
    binding = watched(trigger("warning", "< 30", recover="> 35"), trigger("warning", "> 90", recover="< 80"))
    memory, transitions = run(binding, START, at(0, 20), at(1, 95), at(2, 85), at(3, 50))
    assert [(one.after, one.rule) for one in transitions] == [
        (State.WARNING, "warning"),
        (State.NORMAL, "warning.2"),
    ]
    assert memory.state is State.NORMAL


def test_worst_first_whatever_the_order_of_the_triggers():
    binding = watched(trigger("info", "< 40"), trigger("critical"), trigger("warning", "< 30"))
    assert [rule.key for rule in evaluator(binding).rules] == ["critical", "warning", "info"]
    assert run(binding, START, at(0, 18))[0].state is State.CRITICAL


@pytest.mark.parametrize("value", [18, 18.0, Decimal("18.0"), Decimal("19.9999999999999999999")])
def test_every_kind_of_number_is_judged(value):
    assert run(SIMPLE, START, at(0, value))[0].state is State.CRITICAL


@pytest.mark.parametrize(
    ("value", "error"), [(float("nan"), ValueError), (float("inf"), ValueError), ("18", TypeError)]
)
def test_what_is_no_finite_number_is_refused(value, error):
    with pytest.raises(error):
        evaluate(SIMPLE, START, at(0, value))


def test_a_third_is_told_exactly_from_the_sum():
    binding = watched(trigger("warning", "drop >= 10% over 1h"))
    memory, _ = evaluate(binding, START, at(0, 0.3), lambda seconds: (1, 3))
    assert memory.state is State.WARNING
    memory, _ = evaluate(
        binding, START, at(0, Decimal("0.30000000000000000000000001")), lambda seconds: (1, 3)
    )
    assert memory.state is State.NORMAL


@pytest.mark.parametrize("total", [0, 1e-300, -1e-300, 1e300, -1e300, Decimal("1e400")])
@pytest.mark.parametrize("value", [0, 1e-300, -1e308, 1e308])
def test_changes_between_the_largest_and_the_smallest_numbers_are_told(total, value):
    binding = watched(trigger("warning", "drop > 10% over 1h or rise >= 5% over 1h"))
    memory, [found] = evaluate(binding, START, at(0, value), lambda seconds: (total, 1))
    moved = Decimal(repr(value)) != Decimal(repr(total) if isinstance(total, float) else total)
    assert (memory.state is State.WARNING) is bool(total and moved)
    assert found.reason


def test_a_recovery_may_look_back_too():
    binding = watched(trigger(recover="rise >= 10% over 1h"))
    memory, transitions = replay(evaluator(binding), [at(0, 18), at(1, 19), at(2, 30)])
    assert memory.state is State.NORMAL
    assert (
        transitions[-1].reason
        == "30 ms is a rise of 62.16 % from 18.5 ms, the mean over 1 hour, where critical ends"
    )


def test_a_window_is_asked_once():
    asked: list[int] = []

    def history(seconds):
        asked.append(seconds)
        return 10, 1

    binding = watched(trigger("critical", "drop > 50% over 1h"), trigger("warning", "drop > 5% over 1h"))
    evaluate(binding, START, at(0, 5), history)
    assert asked == [3600]


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        (watched(trigger(condition="too low")), "NEUROS hrv_rmssd critical: "),
        (watched(trigger(recover="well")), "NEUROS hrv_rmssd critical: "),
        (watched(trigger(for_="soon")), "NEUROS hrv_rmssd critical: "),
        (watched(trigger(), trigger(keep="x")), "NEUROS hrv_rmssd critical.2: "),
        (watched(guard="when resting"), "NEUROS hrv_rmssd: "),
        (watched(missing="long"), "NEUROS hrv_rmssd missing_data: "),
    ],
)
def test_a_contract_that_cannot_be_read_is_refused_with_its_place(binding, told):
    with pytest.raises(BodyError) as caught:
        Evaluator(binding)
    assert str(caught.value).startswith(told)
