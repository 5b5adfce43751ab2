"""What people think of deviations, and what follows for the contract."""

import pytest
from django.contrib.auth.models import User

from bindings.models import Agent
from contracts.evaluation import micros
from protocols.errors import NoSuchRun, RunError
from protocols.lifecycle import StepState
from protocols.models import Deviation, Intervention, ProtocolRun
from protocols.services.proposing import proposals_of
from protocols.services.reporting import Report, answer_hand_off, report_undeclared
from protocols.services.verdicts import MOST_WORDS, Verdict, judge_deviation
from tests.protocols.samples import MINUTE, NOW, opened, reported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
LATER = micros(NOW + 60 * MINUTE)


@pytest.fixture
def late(protocol):
    run = opened(28)
    reported(run, 1, now=NOW + 17 * MINUTE)
    return run


def judge(run, judgement="acceptable", words="They were asleep.", place=1, rule="RUN003", **more):
    verdict = Verdict(place, rule, judgement, words)
    return judge_deviation(run.pk, verdict, **{"user": None, "author_name": "Dr May", "now": LATER} | more)


def test_a_verdict_is_kept_with_who_and_why_and_is_on_the_record(late):
    user = User.objects.create(username="may", first_name="Ann", last_name="May")
    one = judge(late, user=user, author_name="")
    assert (one.judgement, one.judged_by_name, one.judged_at) == ("acceptable", "Ann May", LATER)
    said = Intervention.objects.get(run=late)
    assert said.step is not None
    assert (said.kind, said.step.number, said.author_name) == ("judge", 1, "Ann May")
    assert said.words == "RUN003, acceptable: They were asleep."
    late.refresh_from_db()
    assert late.acknowledged == LATER


def test_the_same_again_changes_nothing_and_another_verdict_replaces_it(late):
    judge(late)
    judge(late)
    assert Intervention.objects.count() == 1
    judge(late, "harmful", "They were awake.", author_name="Dr June")
    assert Deviation.objects.get(run=late).judgement == "harmful"
    assert list(Intervention.objects.values_list("author_name", flat=True)) == ["Dr May", "Dr June"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"judgement": ""}, "unknown_judgement"),
        ({"judgement": "fine"}, "unknown_judgement"),
        ({"words": "  "}, "reason_missing"),
        ({"words": "x" * (MOST_WORDS + 1)}, "too_long"),
        ({"place": 9}, "not_found"),
        ({"rule": "RUN999"}, "not_found"),
    ],
)
def test_what_cannot_be_judged_is_refused_and_nothing_is_stored(late, wrong, code):
    with pytest.raises(RunError) as error:
        judge(late, **wrong)
    assert error.value.code == code
    assert not Intervention.objects.exists()


def test_the_longest_reason_has_room(late):
    assert judge(late, "better", "x" * MOST_WORDS).judged_words == "x" * MOST_WORDS
    Intervention.objects.get().full_clean()


def test_a_run_that_is_not_there_has_no_deviations(protocol):
    with pytest.raises(NoSuchRun):
        judge(ProtocolRun(pk=0))


def form_of(run):
    (found,) = proposals_of(run, list(run.deviations.all())).values()
    return found.url


def proposals(run):
    rows = list(Deviation.objects.filter(run=run))
    found = proposals_of(run, rows)
    return {(one.rule, one.place): found[one.pk].words for one in rows if one.pk in found}


def test_the_change_of_a_contract_that_each_deviation_asks_for():
    run = opened()
    reported(run, 2, now=NOW + MINUTE)
    reported(run, 1, now=NOW + 12 * MINUTE)
    report = Report(StepState.DONE, micros(NOW + 2 * MINUTE))
    report_undeclared(run.pk, "call_doctor", report, agent="NEUROS", now=LATER)
    child = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    answer_hand_off(child.pk, accept=False, words="No.", agent="SOMNOS", now=LATER)
    assert proposals(run) == {
        ("RUN003", 1): "Give reduce_training_intensity a longer deadline than 5 minutes: it took 12 minutes.",
        ("RUN004", 2): "Put review_sleep before reduce_training_intensity.",
        ("RUN005", 5): "Add call_doctor at critical.",
        ("RUN007", 3): "Take the hand-off to SOMNOS out at critical, or ask another agent.",
    }


def test_what_was_left_out_or_failed_may_be_taken_out():
    run = opened()
    reported(run, 1, "skipped", note="It rains.")
    reported(run, 2, "failed", note="No bed.")
    assert proposals(run) == {
        ("RUN002", 1): "Take reduce_training_intensity out at critical.",
        ("RUN006", 2): "Take review_sleep out at critical.",
    }


def test_what_no_contract_says_has_no_proposal_and_a_loop_has_its_hand_off(late):
    late.deviations.all().delete()
    for place, rule in ((1, "RUN010"), (0, "RUN009")):
        Deviation.objects.create(run=late, place=place, rule=rule, at=1, message="")
    assert proposals(late) == {("RUN009", 0): "Take out the hand-off that leads back to NEUROS."}


def test_a_proposal_leads_to_the_binding_on_the_form(late, client, django_user_model):
    url = form_of(late)
    agent = Agent.objects.get(name="NEUROS")
    assert url == f"/admin/bindings/agent/{agent.pk}/change/#bindings-0"
    client.force_login(django_user_model.objects.create_superuser("root"))
    assert 'id="bindings-0"' in client.get(url.partition("#")[0]).content.decode()


def test_a_proposal_about_an_agent_that_is_gone_leads_nowhere(late):
    Agent.objects.filter(name="NEUROS").delete()
    assert form_of(late) == ""
