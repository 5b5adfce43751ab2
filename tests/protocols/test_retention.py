"""What is too old goes with all that hangs on it; whoever is erased takes their runs along."""

import pytest
from django.utils import timezone

from contracts.evaluation import micros
from jobs.models import Job
from jobs.runner import run_due
from protocols.job_kinds import SWEEP
from protocols.models import Deviation, HandOffOffer, Intervention, Pause, ProtocolRun, Step
from protocols.services import retention
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.pausing import pause
from protocols.services.reporting import answer_hand_off
from protocols.services.sweeping import sweep
from telemetry import cursors, keeping
from telemetry.deleting import delete_people
from telemetry.erasure import erase
from telemetry.models import Batch, Subject
from tests.protocols.samples import MINUTE, NOW, USER, observation, opened, reported, told
from tests.telemetry.samples import DAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
EVERYTHING = (ProtocolRun, Step, HandOffOffer, Intervention, Deviation)


@pytest.fixture(autouse=True)
def thirty_days(settings, tmp_path):
    settings.RETENTION_DAYS, settings.DATA_DIR = 30, tmp_path


@pytest.fixture
def family(editor):
    """A run with everything that there can be about one."""
    run = opened(18)
    reported(run, 1, note=f"Called {USER}.", evidence={"who": USER})
    reported(run, 2)
    child = ProtocolRun.objects.filter(root=run, agent="SOMNOS").get()
    answer_hand_off(child.pk, accept=True, words="", agent="SOMNOS", now=micros(NOW + MINUTE))
    decide(run.pk, Decision(Kind.COMMENT, 1, "", f"{USER} again."), user=editor, now=micros(NOW + MINUTE))
    Deviation.objects.get_or_create(run=run, place=9, rule="RUN005", defaults={"at": 0, "message": "?"})
    return run


def counts():
    return {model.__name__: model.objects.count() for model in EVERYTHING}


def test_a_run_goes_with_all_that_began_with_it_once_all_of_it_ended_long_ago(family):
    told(observation(60, at=NOW + HOUR), now=NOW + HOUR)
    other = opened(18, NOW + 10 * DAY)
    assert retention.forget_old(micros(NOW + 31 * DAY))["runs"] == 0  # one whom it was handed to goes on
    sweep(micros(NOW + 2 * DAY))
    assert retention.forget_old(micros(NOW + 30 * DAY))["runs"] == 0
    assert retention.forget_old(micros(NOW + 33 * DAY))["runs"] == 3
    assert list(ProtocolRun.objects.values_list("pk", flat=True)) == [other.pk]
    assert set(Step.objects.values_list("run", flat=True)) == {other.pk}
    assert not HandOffOffer.objects.exists()
    assert not Intervention.objects.exists()


def test_a_run_whose_episode_goes_on_stays(family):
    sweep(micros(NOW + 2 * DAY))
    assert retention.forget_old(micros(NOW + 40 * DAY))["runs"] == 0


def test_old_pauses_go(editor):
    pause("NEUROS", reason_code="planned", user=editor, now=micros(NOW))
    pause("NEUROS", reason_code="planned", minutes=30 * 1440, user=editor, now=micros(NOW))
    assert retention.forget_old(micros(NOW + 31 * DAY))["pauses"] == 1
    assert Pause.objects.count() == 1


def test_people_of_whom_nothing_is_left_take_their_runs_along(family):
    keeping.forget_old(micros(NOW + 31 * DAY))
    assert not Subject.objects.exists()
    assert set(counts().values()) == {0}


def test_an_erasure_takes_runs_and_whatever_was_said_in_them_along(family):
    told(observation(18, user_id="u-22"))
    done = erase(USER)
    assert (done.deleted["protocol_runs"], done.deleted["protocol_steps"], done.left) == (3, 6, [])
    assert ProtocolRun.objects.get().subject.user_id == "u-22"
    assert done.searched["answers"] == Batch.objects.count() > 0  # which name runs, and nobody


@pytest.mark.parametrize("place", ["note", "evidence", "words"])
def test_what_was_said_of_them_in_somebody_elses_run_is_found(family, editor, place):
    (run,) = told(observation(18, user_id="u-22"))["runs"]
    other = ProtocolRun.objects.get(pk=run["id"])
    who = "marked-person-7"
    told(observation(18, user_id=who))
    if place == "words":
        decide(other.pk, Decision(Kind.COMMENT, 0, "", f"As {who}."), user=editor, now=micros(NOW))
    elif place == "note":
        reported(other, 1, note=f"As {who}.")
    else:
        reported(other, 1, evidence={"as": [who]})
    table = "intervention" if place == "words" else "step"
    assert erase(who).left == [f"protocols_{table}.{place}"]


def test_deleting_costs_as_many_statements_for_many_runs_as_for_one(django_assert_max_num_queries):
    for number in range(20):
        run = opened(18, user_id=f"u-{number}")
        reported(run, 1)
        reported(run, 2)
    with django_assert_max_num_queries(40):
        delete_people(Subject.objects.values_list("pk", flat=True))
    assert set(counts().values()) == {0}


def test_the_sweep_runs_by_itself_and_tidies_up_after_itself():
    opened(18)
    ProtocolRun.objects.update(due=1)
    long_ago = timezone.now() - 2 * HOUR
    old = Job.objects.create(kind=SWEEP, state=Job.State.DONE, finished_at=long_ago)
    Job.objects.create(kind=SWEEP)
    run_due()
    job = Job.objects.get(kind=SWEEP)
    assert (job.result, old.pk == job.pk) == ({"runs": 1}, False)


def test_runs_and_pauses_have_their_numbers_made_anew_after_a_restore():
    assert {"protocols_protocolrun", "protocols_pause"} <= set(cursors.numbered())
