"""Each rule: where it speaks, and close by where it is silent."""

from typing import Any

import pytest

from protocols.conformance import RULES, OfferFacts, PauseFacts, judge, next_due
from protocols.conformance.examples import EXAMPLES, LOOKED, MINUTE, minutes, run, step

IN_15 = 15 * MINUTE
NEVER = "a was never done; it was due within 15 minutes."
UNASKED = "though the contract does not ask for it."
SKIPPED: dict[str, Any] = {"state": "skipped", "finished": minutes(3)}
FAILED: dict[str, Any] = {"state": "failed", "finished": minutes(3)}


def said(facts, *pauses, now=LOOKED):
    return [(one.rule, one.place, one.message) for one in judge(facts, pauses, now)]


def rules(facts, *pauses, now=LOOKED):
    return [(one.rule, one.place) for one in judge(facts, pauses, now)]


def offered(state, answered=None):
    offer = OfferFacts("CARDIOS", state, minutes(10), 30 * MINUTE, answered)
    settled = {"refused": "failed", "ignored": "failed", "accepted": "done"}.get(state, "started")
    return step(1, "CARDIOS", kind="hand_off", state=settled, offer=offer)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_speaks_on_its_example_and_no_other_does(rule):
    assert [one.rule for one in judge(*EXAMPLES[rule], LOOKED)] == [rule]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (run(step(1, "a", deadline=IN_15), state="recovered", ended=20), NEVER),
        (run(step(1, "a", deadline=IN_15), state="recovered", ended=15), ""),
        (run(step(1, "a"), state="recovered", ended=600), ""),
        (run(step(1, "a"), state="timed_out", ended=1440), "a was never done before the run timed out."),
        (run(step(1, "a", deadline=IN_15, state="not_needed"), state="overridden", ended=20), NEVER),
        (run(step(1, "a", deadline=IN_15, state="overridden", stopped=minutes(16))), NEVER),
        (run(step(1, "a", deadline=IN_15, state="overridden", stopped=minutes(14))), ""),
        (run(step(1, "a", deadline=IN_15), state="withdrawn", ended=20), ""),
        (run(step(1, "a", declared=False, deadline=IN_15), state="recovered", ended=20), ""),
        (run(step(1, "CARDIOS", kind="hand_off", deadline=IN_15), state="recovered", ended=20), ""),
        (
            run(step(1, "answer_hand_off", kind="review", deadline=2 * IN_15), state="ignored", ended=30),
            "The answer to the hand-off was never given.",
        ),
        (run(step(1, "answer_hand_off", kind="review", deadline=2 * IN_15), state="refused", ended=31), ""),
    ],
)
def test_missing(facts, told):
    assert said(facts) == ([("RUN001", 1, told)] if told else [])


def test_what_ended_before_the_agent_could_know_of_it_is_not_missing():
    facts = run(step(1, "a", known=minutes(120), deadline=IN_15), state="recovered", ended=60)
    assert not said(facts)


@pytest.mark.parametrize(
    ("more", "told"), [({}, [("RUN002", 1, "a was skipped.")]), ({"declared": False}, [])]
)
def test_skipped(more, told):
    assert said(run(step(1, "a", **SKIPPED, **more))) == told


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (step(1, "a", 27, deadline=IN_15), "a was done 12 minutes late."),
        (step(1, "a", 15, deadline=IN_15), ""),
        (step(1, "a", 300), ""),
        (step(1, "a", deadline=IN_15), "a is overdue; it was due within 15 minutes."),
        (
            step(1, "a", state="started", started=0, deadline=IN_15),
            "a is overdue; it was due within 15 minutes.",
        ),
        (step(1, "a", 20, known=minutes(10), deadline=IN_15), ""),
        (step(1, "a", 26, known=minutes(10), deadline=IN_15), "a was done 1 minute late."),
        (step(1, "a", 20, known=minutes(60), deadline=IN_15), "a was done 5 minutes late."),
        (step(1, "a", 14, known=minutes(60), deadline=IN_15), ""),
        (
            step(1, "answer_hand_off", 20, kind="review", deadline=IN_15),
            "The answer to the hand-off was given 5 minutes late.",
        ),
    ],
)
def test_late(one, told):
    assert said(run(one)) == ([("RUN003", 1, told)] if told else [])


def test_what_is_not_yet_due_is_no_deviation():
    facts = run(step(1, "a", deadline=IN_15))
    assert not said(facts, now=minutes(15))
    assert rules(facts, now=minutes(15) + 1) == [("RUN003", 1)]


def test_an_overdue_step_is_told_alike_whenever_somebody_looks():
    facts = run(step(1, "a", deadline=IN_15))
    assert judge(facts, (), minutes(16)) == judge(facts, (), minutes(600))


@pytest.mark.parametrize(
    ("pause", "told"),
    [
        (PauseFacts("NEUROS", "", minutes(5), minutes(17)), ""),
        (PauseFacts("NEUROS", "hrv_rmssd", minutes(5), minutes(16)), "a was done 1 minute late."),
        (PauseFacts("NEUROS", "", minutes(-60), minutes(12)), ""),
        (PauseFacts("NEUROS", "sleep_debt", minutes(5), minutes(17)), "a was done 12 minutes late."),
        (PauseFacts("CARDIOS", "", minutes(5), minutes(17)), "a was done 12 minutes late."),
        (PauseFacts("NEUROS", "", minutes(28), None), "a was done 12 minutes late."),
    ],
)
def test_what_pauses_took_is_not_late(pause, told):
    assert said(run(step(1, "a", 27, deadline=IN_15)), pause) == ([("RUN003", 1, told)] if told else [])


def test_pauses_that_overlap_count_once():
    pauses = [PauseFacts("NEUROS", kpi, minutes(5), minutes(11)) for kpi in ("", "hrv_rmssd")]
    assert said(run(step(1, "a", 27, deadline=IN_15)), *pauses)[0][2] == "a was done 6 minutes late."


def test_nothing_becomes_overdue_in_a_pause_without_an_end():
    assert not said(run(step(1, "a", deadline=IN_15)), PauseFacts("NEUROS", "", minutes(5)))


def done_at(*when, **more):
    return run(
        *(step(number, f"s{number}", at, **more) for number, at in enumerate(when, 1) if at is not None)
    )


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (done_at(1, 2, 3, 4), {}),
        (done_at(1, 1, 1), {}),
        (done_at(9, 1), {2: "s2 was done before s1, which comes first in the contract."}),
        (done_at(9, 1, 2, 3), {1: "s1 was done after s2, which comes later in the contract."}),
        (done_at(2, 3, 4, 1), {4: "s4 was done before s3, which comes first in the contract."}),
        (done_at(2, None, 1), {3: "s3 was done before s1, which comes first in the contract."}),
        (done_at(9, 1, declared=False), None),
        (done_at(9, 1, kind="review"), {}),
    ],
)
def test_out_of_order_names_those_that_moved(facts, named):
    found = {one.place: one.message for one in judge(facts, (), LOOKED) if one.rule == "RUN004"}
    assert found == (named or {})


def test_what_a_rise_added_has_no_order_with_what_was_there():
    assert not said(run(step(1, "a", 9), step(2, "b", 5, asked=minutes(4), known=minutes(4))))


def test_five_hundred_steps_of_which_one_moved():
    assert rules(done_at(*range(1, 500), 0)) == [("RUN004", 500)]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (step(1, "a", 5, declared=False), f"a was done, {UNASKED}"),
        (step(1, "a", declared=False, state="started", started=5), f"a was started, {UNASKED}"),
        (step(1, "CARDIOS", kind="hand_off", declared=False), f"The hand-off to CARDIOS was made, {UNASKED}"),
        (step(1, "a", declared=False), ""),
        (step(1, "a", declared=False, **SKIPPED), ""),
    ],
)
def test_not_declared(one, told):
    assert said(run(one)) == ([("RUN005", 1, told)] if told else [])


def test_failed_and_what_failed_because_of_an_answer():
    assert said(run(step(1, "a", **FAILED))) == [("RUN006", 1, "a failed.")]
    assert not said(run(step(1, "answer_hand_off", kind="review", **FAILED)))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("refused", [("RUN007", 1, "CARDIOS refused the hand-off.")]),
        ("ignored", [("RUN008", 1, "CARDIOS did not answer the hand-off within 30 minutes.")]),
        ("accepted", []),
        ("offered", []),
        ("withdrawn", []),
    ],
)
def test_hand_offs(state, told):
    assert said(run(offered(state))) == told


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        ("A", ""),
        ("A B", ""),
        ("A B A", "The hand-offs lead back to A: A → B → A."),
        ("A B C B", "The hand-offs lead back to B: B → C → B."),
        ("A B A B C", ""),
        ("A B A B", "The hand-offs lead back to B: B → A → B."),
    ],
)
def test_a_chain_that_comes_back(chain, told):
    assert said(run(chain=tuple(chain.split()))) == ([("RUN009", 0, told)] if told else [])


def test_a_long_loop_is_told_by_its_ends():
    chain = tuple(f"A{number}" for number in range(50))
    (one,) = judge(run(chain=(*chain, "A0")), (), LOOKED)
    assert one.message == "The hand-offs lead back to A0: A0 → A1 → A2 → A3 → … → A47 → A48 → A49 → A0."


@pytest.mark.parametrize(("times", "looped"), [(2, []), (3, [("RUN009", 3)]), (5, [("RUN009", 3)])])
def test_an_undeclared_action_again_and_again(times, looped):
    facts = run(*(step(number, "a", number, declared=False) for number in range(1, times + 1)))
    assert [one for one in rules(facts) if one[0] == "RUN009"] == looped


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (run(step(1, "a", 20), state="recovered", ended=10), "a was done after the run had ended."),
        (
            run(step(1, "a", 20), state="overridden", ended=10),
            "a was done after the run had been overridden.",
        ),
        (
            run(step(1, "a", 20), state="taken_over", ended=10),
            "a was done after the run had been taken over.",
        ),
        (run(step(1, "a", 10), state="recovered", ended=10), ""),
        (run(step(1, "a", 15), state="recovered", ended=10, told=minutes(20)), ""),
        (
            run(step(1, "a", 20, state="overridden", stopped=minutes(10))),
            "a was done after it had been overridden.",
        ),
        (run(step(1, "a", started=minutes(5), state="overridden", stopped=minutes(10))), ""),
        (run(step(1, "CARDIOS", 20, kind="hand_off"), state="recovered", ended=10), ""),
    ],
)
def test_acted_after_the_end(facts, told):
    assert said(facts) == ([("RUN010", 1, told)] if told else [])


@pytest.mark.parametrize(
    ("pause", "told"),
    [
        (PauseFacts("NEUROS", "", minutes(10)), "a was done while NEUROS was paused."),
        (PauseFacts("NEUROS", "hrv_rmssd", minutes(10)), "a was done while NEUROS was paused for hrv_rmssd."),
        (PauseFacts("NEUROS", "", minutes(10), minutes(20)), ""),
        (PauseFacts("NEUROS", "", minutes(20)), ""),
        (PauseFacts("NEUROS", "sleep_debt", minutes(10)), ""),
    ],
)
def test_acted_in_a_pause(pause, told):
    assert said(run(step(1, "a", 20)), pause) == ([("RUN010", 1, told)] if told else [])


def test_who_acted_within_the_second_of_being_told_could_not_know():
    facts = run(step(1, "a", finished=minutes(10) + MINUTE // 60, state="done"), state="recovered", ended=10)
    assert not said(facts)


def test_what_is_due_as_a_pause_begins_is_looked_at_once_it_may_be_over():
    facts = run(step(1, "a", deadline=IN_15))
    pause = PauseFacts("NEUROS", "", minutes(15), minutes(60))
    assert next_due(facts, [pause], minutes(20)) == minutes(20) + 1
    assert next_due(facts, [], minutes(20)) is None
