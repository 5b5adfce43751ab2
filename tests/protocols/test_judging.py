"""Deviations in step with the runs they are about."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.evaluation import micros
from protocols.conformance import Found
from protocols.conformance.facts import ACTION, HAND_OFF, REVIEW
from protocols.lifecycle import StepState
from protocols.models import Deviation, ProtocolRun, Step
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.facts import facts_of, stored
from protocols.services.pausing import lift, pause
from protocols.services.reporting import Report, answer_hand_off, report_undeclared
from protocols.services.sweeping import sweep
from telemetry.models import Tally
from tests.protocols.samples import MINUTE, NOW, observation, opened, reported, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]


def deviations(run):
    rows = Deviation.objects.filter(run=run).order_by("place", "rule")
    return [(one.rule, one.place, one.message) for one in rows]


def rules(run):
    return [(rule, place) for rule, place, _ in deviations(run)]


def test_a_late_step_is_named_with_how_late():
    run = opened(28)
    reported(run, 1, now=NOW + 17 * MINUTE)
    assert deviations(run) == [("RUN003", 1, "reduce_training_intensity was done 12 minutes late.")]


def test_what_was_done_in_time_and_order_has_none():
    run = opened()
    reported(run, 1, now=NOW + MINUTE)
    reported(run, 2, now=NOW + 2 * MINUTE)
    assert not Deviation.objects.exists()


def test_the_sweep_finds_what_is_overdue_and_the_report_says_how_late_it_was():
    run = opened(28)
    sweep(micros(NOW + 5 * MINUTE))
    assert not rules(run)
    sweep(micros(NOW + 6 * MINUTE))
    assert deviations(run) == [
        ("RUN003", 1, "reduce_training_intensity is overdue; it was due within 5 minutes.")
    ]
    reported(run, 1, now=NOW + 2 * MINUTE, at=NOW + MINUTE)
    assert not rules(run)


def test_an_end_before_the_deadline_misses_nothing_and_one_after_it_does():
    first = opened(28)
    told(observation(60, at=NOW + MINUTE), now=NOW + MINUTE)
    second = opened(28, at=NOW + 2 * MINUTE)
    told(observation(60, at=NOW + 30 * MINUTE), now=NOW + 30 * MINUTE)
    assert (rules(first), rules(second)) == ([], [("RUN001", 1)])


def test_skipping_failing_and_doing_more_than_is_declared():
    run = opened()
    reported(run, 2, now=NOW + MINUTE)
    reported(run, 1, "skipped", now=NOW + 2 * MINUTE, note="It rains.")
    for minute in (3, 4, 5):
        report = Report(StepState.DONE, micros(NOW + minute * MINUTE))
        report_undeclared(run.pk, "call_doctor", report, agent="NEUROS", now=micros(NOW + 6 * MINUTE))
    assert rules(run) == [("RUN002", 1), ("RUN005", 5), ("RUN005", 6), ("RUN005", 7), ("RUN009", 7)]


def test_what_was_done_the_other_way_round():
    run = opened()
    reported(run, 2, now=NOW + MINUTE)
    reported(run, 1, now=NOW + 2 * MINUTE)
    assert rules(run) == [("RUN004", 2)]


def test_answers_of_other_agents():
    run = opened()
    reported(run, 1)
    reported(run, 2)
    somnos, cardios = ProtocolRun.objects.filter(root=run).order_by("pk")
    answer_hand_off(somnos.pk, accept=False, words="No.", agent="SOMNOS", now=micros(NOW + MINUTE))
    sweep(micros(NOW + 31 * MINUTE))
    assert deviations(run) == [
        ("RUN007", 3, "SOMNOS refused the hand-off."),
        ("RUN008", 4, "CARDIOS did not answer the hand-off within 30 minutes."),
    ]
    assert (rules(somnos), rules(cardios)) == ([], [("RUN001", 1)])


def test_a_hand_off_that_comes_back_is_a_loop_as_soon_as_it_is_made():
    run = opened()
    reported(run, 1)
    reported(run, 2)
    child = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    answer_hand_off(child.pk, accept=True, words="", agent="SOMNOS", now=micros(NOW + MINUTE))
    report = Report(StepState.STARTED, micros(NOW + MINUTE))
    report_undeclared(child.pk, "NEUROS", report, agent="SOMNOS", now=micros(NOW + MINUTE), hand_off=True)
    back = ProtocolRun.objects.get(root=run, agent="NEUROS")
    assert deviations(back) == [("RUN009", 0, "The hand-offs lead back to NEUROS: NEUROS → SOMNOS → NEUROS.")]
    assert rules(child) == [("RUN005", 2)]
    answer_hand_off(back.pk, accept=False, words="No.", agent="NEUROS", now=micros(NOW + 2 * MINUTE))
    assert rules(back) == [("RUN009", 0)]


def test_what_is_done_after_a_person_overrode_it():
    run = opened()
    decide(run.pk, Decision(Kind.OVERRIDE, step=2, reason_code="known"), user=None, now=micros(NOW + MINUTE))
    reported(run, 2, now=NOW + 3 * MINUTE)
    decide(run.pk, Decision(Kind.OVERRIDE, reason_code="known"), user=None, now=micros(NOW + 4 * MINUTE))
    reported(run, 1, now=NOW + 8 * MINUTE)
    assert deviations(run) == [
        ("RUN010", 1, "reduce_training_intensity was done after the run had been overridden."),
        ("RUN010", 2, "review_sleep was done after it had been overridden."),
    ]


def test_the_time_of_a_pause_is_not_the_agents_and_what_it_does_in_it_is_told():
    run = opened(28)
    held = pause("NEUROS", reason_code="planned", minutes=30, user=None, now=micros(NOW + MINUTE))
    sweep(micros(NOW + 9 * MINUTE))
    assert not rules(run)
    lift(held.pk, user=None, now=micros(NOW + 10 * MINUTE))
    sweep(micros(NOW + 14 * MINUTE))
    assert not rules(run)
    sweep(micros(NOW + 15 * MINUTE))
    assert rules(run) == [("RUN003", 1)]
    reported(run, 1, at=NOW + 3 * MINUTE, now=NOW + 16 * MINUTE)
    assert rules(run) == [("RUN010", 1)]


def test_a_deviation_that_a_person_judged_stays_and_one_that_nobody_did_goes():
    run = opened(28)
    sweep(micros(NOW + 6 * MINUTE))
    Deviation.objects.filter(run=run).update(judgement="acceptable")
    reported(run, 1, at=NOW + MINUTE, now=NOW + 7 * MINUTE)
    assert rules(run) == [("RUN003", 1)]


def test_deviations_are_counted_as_they_are_first_found():
    run = opened(28)
    sweep(micros(NOW + 6 * MINUTE))
    reported(run, 1, now=NOW + 17 * MINUTE)
    (row,) = Tally.objects.filter(name="protocol_deviations")
    assert (row.agent, row.kpi, row.what, row.count) == ("NEUROS", "hrv_rmssd", "RUN003", 1)


def test_the_facts_of_many_runs_take_as_many_queries_as_those_of_few():
    runs = [opened(user_id=f"person-{number}") for number in range(6)]
    for run in runs:
        reported(run, 1, now=NOW + 9 * MINUTE)
        reported(run, 2, now=NOW + 9 * MINUTE)
    pks = list(ProtocolRun.objects.values_list("pk", flat=True))
    counts = []
    for some in (pks[:3], pks):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            facts = facts_of(stored(some))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5
    assert {run.pk: facts[run.pk].judged(micros(NOW))[0].rule for run in runs} == dict.fromkeys(
        (run.pk for run in runs), "RUN003"
    )
    assert isinstance(facts[runs[0].pk].judged(0)[0], Found)


def test_the_kinds_of_steps_are_called_alike_by_both():
    assert {ACTION, HAND_OFF, REVIEW} == set(Step.Kind.values)
