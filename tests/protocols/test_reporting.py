"""What agents report of their steps, and how they answer."""

import pytest

from contracts.evaluation import micros
from protocols.errors import NoSuchRun
from protocols.lifecycle import StepState
from protocols.models import HandOffOffer, ProtocolRun
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.pausing import lift, pause
from protocols.services.reporting import Report, answer_hand_off, report_step, report_undeclared
from protocols.services.sweeping import sweep
from tests.protocols.samples import MINUTE, NOW, observation, opened, refusal, reported, steps, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]


def test_the_same_report_again_changes_nothing_and_another_is_refused():
    run = opened()
    reported(run, 1, note="Told the coach.")
    number = ProtocolRun.objects.get(pk=run.pk).changed
    reported(run, 1)
    assert ProtocolRun.objects.get(pk=run.pk).changed == number
    assert refusal(lambda: reported(run, 1, "skipped", note="No.")) == "already_settled"


def test_an_agent_touches_only_its_own():
    run = opened()
    with pytest.raises(NoSuchRun):
        report_step(run.pk, 1, Report(StepState.DONE), agent="SOMNOS", now=micros(NOW))


def test_a_run_is_completed_once_everything_is_answered():
    run = opened()
    reported(run, 1)
    reported(run, 2)
    for child in ProtocolRun.objects.filter(root=run):
        answer_hand_off(child.pk, accept=True, words="", agent=child.agent, now=micros(NOW + MINUTE))
        assert reported(child, 1, now=NOW + 2 * MINUTE).state == "completed"
    run.refresh_from_db()
    assert (run.state, run.ended) == ("completed", micros(NOW + MINUTE))


def test_a_refusal_and_silence_fail_the_run():
    run = opened()
    reported(run, 1)
    reported(run, 2)
    somnos, cardios = ProtocolRun.objects.filter(root=run).order_by("pk")

    def say_no(words: str) -> ProtocolRun:
        at = micros(NOW + MINUTE)
        return answer_hand_off(somnos.pk, accept=False, words=words, agent="SOMNOS", now=at)

    assert refusal(lambda: say_no("")) == "reason_missing"
    assert say_no("Nobody sleeps here.").state == "refused"
    assert say_no("Nobody sleeps here.").state == "refused"
    assert refusal(lambda: say_no("For another reason.")) == "already_answered"  # it would not be kept
    assert sweep(micros(NOW + 29 * MINUTE))["runs"] == 0
    sweep(micros(NOW + 31 * MINUTE))
    cardios.refresh_from_db()
    run.refresh_from_db()
    assert (cardios.state, run.state) == ("ignored", "failed")


def test_hand_offs_do_not_wait_for_an_agent_that_does_not_run():
    run = opened()
    sweep(micros(NOW + 9 * MINUTE))
    assert ProtocolRun.objects.count() == 1
    sweep(micros(NOW + 11 * MINUTE))
    assert ProtocolRun.objects.filter(root=run, state="offered").count() == 2
    sweep(micros(NOW + 25 * 60 * MINUTE))
    assert set(ProtocolRun.objects.values_list("state", flat=True)) == {"timed_out", "ignored"}


def test_what_was_done_before_the_end_may_be_told_after_it():
    run = opened(28)
    told(observation(60, at=NOW + 3 * MINUTE), now=NOW + 3 * MINUTE)
    assert refusal(lambda: reported(run, 1, "started", NOW + 4 * MINUTE)) == "not_needed"
    assert refusal(lambda: reported(run, 1, "skipped", NOW + 4 * MINUTE, note="No.")) == "not_needed"
    assert reported(run, 1, at=NOW + MINUTE, now=NOW + 4 * MINUTE).state == "completed"
    assert refusal(lambda: reported(run, 1, at=NOW - MINUTE, now=NOW)) == "before_the_run"


def test_steps_that_no_contract_asks_for_are_on_the_record():
    run = opened(28)
    report = Report(StepState.DONE, note="It seemed wise.")
    told_twice = [
        report_undeclared(run.pk, "call_the_coach", report, agent="NEUROS", now=micros(NOW)) for _ in range(2)
    ]
    assert [one.pk for one in told_twice] == [run.pk] * 2
    assert steps(run) == [("reduce_training_intensity", "pending"), ("call_the_coach", "done")]
    report_undeclared(run.pk, "SOMNOS", report, agent="NEUROS", now=micros(NOW), hand_off=True)
    assert ProtocolRun.objects.filter(root=run, agent="SOMNOS").count() == 1


def test_people_override_a_step_and_take_over(editor):
    run = opened()
    decide(run.pk, Decision(Kind.OVERRIDE, 1, "not_suitable"), user=editor, now=micros(NOW))
    assert steps(run)[0] == ("reduce_training_intensity", "overridden")
    assert refusal(lambda: reported(run, 1, "started")) == "not_needed"
    found = decide(run.pk, Decision(Kind.TAKE_OVER, 0, "known", "I call them."), user=editor, now=micros(NOW))
    assert (found.state, found.assignee) == ("taken_over", editor)
    assert run.interventions.count() == 2
    told(observation(60, at=NOW + MINUTE), now=NOW + MINUTE)
    run.refresh_from_db()
    assert (run.state, run.episode_ended) == ("taken_over", micros(NOW + MINUTE))


def test_a_paused_agent_begins_nothing(editor):
    run = opened()
    held = pause("NEUROS", reason_code="agent_faulty", user=editor, now=micros(NOW))
    assert refusal(lambda: reported(run, 1, "started", NOW + MINUTE)) == "paused"
    lift(held.pk, user=editor, now=micros(NOW + MINUTE))
    assert reported(run, 1, "started", NOW + 2 * MINUTE).state == "active"


def test_the_end_of_a_step_is_told_once():
    run = opened()
    reported(run, 1, note="Told the coach.")
    assert refusal(lambda: reported(run, 1, note="Told the team.")) == "already_settled"
    reported(run, 2, "started")
    reported(run, 2, "started", NOW + MINUTE, note="It takes a while.")
    step = run.steps.get(number=2)
    assert (step.started, step.note) == (micros(NOW), "It takes a while.")
    assert refusal(lambda: reported(run, 2, "started", NOW + MINUTE, at=NOW + MINUTE)) == "already_settled"
    assert refusal(lambda: reported(run, 2, "overridden")) == "unknown_state"


def test_a_run_is_over_when_the_last_of_it_was_done_in_whatever_order_that_is_told():
    run = opened(28)
    report = Report(StepState.DONE, micros(NOW + 3 * MINUTE))
    late = micros(NOW + 5 * MINUTE)
    report_undeclared(run.pk, "call_the_coach", report, agent="NEUROS", now=late)
    assert reported(run, 1, at=NOW + MINUTE, now=NOW + 5 * MINUTE).ended == micros(NOW + 3 * MINUTE)


def test_to_hand_over_again_changes_nothing():
    run = opened()
    for _ in range(2):
        reported(run, 3)
    assert steps(run)[2] == ("SOMNOS", "started")
    assert HandOffOffer.objects.count() == 1


@pytest.mark.parametrize("step", [0, 1])
def test_a_person_decides_about_a_hand_off_that_nobody_answered(editor, step):
    run = opened()
    reported(run, 3)
    child = ProtocolRun.objects.get(root=run)
    override = Decision(Kind.OVERRIDE, step, "not_suitable")
    assert decide(child.pk, override, user=editor, now=micros(NOW + MINUTE)).state == "overridden"
    assert steps(run)[2] == ("SOMNOS", "overridden")
    assert HandOffOffer.objects.get().state == "withdrawn"
    reported(run, 1)
    sweep(micros(NOW + 40 * MINUTE))
    run.refresh_from_db()
    assert steps(run)[2] == ("SOMNOS", "overridden")
