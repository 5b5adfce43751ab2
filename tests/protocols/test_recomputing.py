"""Deviations computed anew and compared, and the command that does it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from contracts.evaluation import micros
from protocols.models import Deviation, ProtocolRun
from protocols.registry_commands import conformance
from protocols.services.pausing import pause
from protocols.services.recomputing import compared
from protocols.services.reporting import answer_hand_off
from protocols.services.sweeping import sweep
from tests.protocols.samples import MINUTE, NOW, observation, opened, reported, told

SECOND = MINUTE / 60

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
LATER = micros(NOW + 60 * MINUTE)


@pytest.fixture
def late(protocol):
    run = opened(28)
    reported(run, 1, now=NOW + 17 * MINUTE)
    return run


def differences(now=LATER):
    return [(one.rule, one.place, one.stored, one.found) for one in compared(now).differences]


def command(*arguments):
    out = StringIO()
    try:
        call_command("registry", "conformance", *arguments, stdout=out)
    except SystemExit as left:
        return left.code, out.getvalue()
    return 0, out.getvalue()


def test_what_happened_to_a_whole_day_of_runs_is_what_is_stored():
    for minute, user in enumerate(("ann", "bob", "cat", "dan"), 1):
        run = opened(user_id=user)
        reported(run, 2, now=NOW + minute * MINUTE)
        reported(
            run, 1, "failed" if user == "bob" else "done", now=NOW + 2 * minute * MINUTE, note="It is so."
        )
        child = ProtocolRun.objects.filter(root=run).first()
        if child and user != "cat":
            answer_hand_off(child.pk, accept=user == "dan", words="So be it.", agent=child.agent, now=LATER)
    pause("NEUROS", reason_code="planned", minutes=5, user=None, now=micros(NOW + 9 * MINUTE))
    for minute in (11, 20, 50, 70):
        sweep(micros(NOW + minute * MINUTE))
    told(observation(60, at=NOW + 80 * MINUTE, user_id="ann"), now=NOW + 80 * MINUTE)
    assert Deviation.objects.count() > 8
    for now in (LATER, micros(NOW + 90 * MINUTE), micros(NOW + 9000 * MINUTE)):
        assert not compared(now).differences


def test_what_the_sweep_has_not_looked_at_is_not_missing():
    opened(28)
    assert not differences(now=LATER)


@pytest.mark.parametrize("touch", ["nothing", "started", "done", "opened again"])
@pytest.mark.parametrize("minutes", [1, 4, 6, 11])
def test_a_run_that_its_episode_ends_has_the_deviations_it_is_judged_to_have(touch, minutes):
    """Whether anything has to be judged then is told from the steps that are left, without looking at the others."""
    run = opened(28 if touch == "opened again" else 18)
    if touch == "started":
        reported(run, 1, "started", now=NOW + 30 * SECOND)
    elif touch != "nothing":
        reported(run, 1, at=NOW + 20 * SECOND, now=NOW + 20 * SECOND)
    if touch == "opened again":
        told(observation(18, at=NOW + 30 * SECOND), now=NOW + 30 * SECOND)
    end = NOW + minutes * MINUTE
    told(observation(60, at=end), now=end)
    run.refresh_from_db()
    assert run.state == "recovered"
    assert differences(micros(end + MINUTE)) == []
    assert Deviation.objects.filter(run=run, rule="RUN001").exists() == (
        minutes > (10 if touch in ("done", "opened again") else 5)
    )


def test_each_way_to_differ_is_named(late):
    Deviation.objects.create(run=late, place=0, rule="RUN009", at=1, message="It goes round.")
    assert differences() == [("RUN009", 0, "It goes round.", "")]
    late.deviations.filter(rule="RUN003").update(message="It was late.")
    said = "reduce_training_intensity was done 12 minutes late."
    assert differences()[1:] == [("RUN003", 1, "It was late.", said)]
    late.deviations.all().delete()
    assert differences() == [("RUN003", 1, "", said)]


def test_what_a_person_judged_may_stay_though_it_no_longer_holds(late):
    Deviation.objects.create(run=late, rule="RUN009", at=1, message="Round.", judgement="harmful")
    assert not differences()


def test_many_runs_are_compared_in_parts(monkeypatch):
    monkeypatch.setattr("protocols.services.recomputing.AT_ONCE", 2)
    for user in ("ann", "bob", "cat"):
        opened(user_id=user)
    assert compared(LATER).runs == 3


def test_the_command_says_that_all_is_as_stored(late):
    assert command("--fail") == (0, "1 run judged anew, 1 deviation: as stored.\n")


def test_the_command_names_what_differs_and_fails_where_asked(late):
    late.deviations.update(at=1)
    said = "reduce_training_intensity was done 12 minutes late."
    line = f"run {late.pk} of NEUROS, hrv_rmssd: RUN003 of step 1 is stored with another time: {said}"
    assert command() == (0, f"{line}\n1 run judged anew, 1 deviation: 1 difference.\n")
    code, text = command("--fail", "--format", "json")
    assert code == 1
    assert json.loads(text)["differences"][0]["rule"] == "RUN003"


@pytest.mark.parametrize(
    ("since", "code", "told"),
    [
        ("7 fortnights", 2, "--since is a length"),
        ("2999-01-01", 3, "nothing was compared"),
        ("\x00", 2, "--since"),
    ],
)
def test_the_command_says_why_it_could_not(late, since, code, told):
    with pytest.raises(CommandError, match=told) as error:
        call_command("registry", "conformance", "--since", since)
    assert error.value.returncode == code


@pytest.mark.parametrize(
    ("text", "back"), [("7d", 7 * 86_400), ("2026-11-24", 12 * 3600), ("2026-11-24T13:00:00+02:00", 3600)]
)
def test_since_when(text, back):
    assert conformance.since_of(text, micros(NOW)) == micros(NOW) - back * 1_000_000
