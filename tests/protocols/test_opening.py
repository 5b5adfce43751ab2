"""Runs as episodes open, grow worse and end."""

import pytest

from bindings.models import Agent
from contracts.evaluation import micros
from protocols.models import HandOffOffer, ProtocolRun
from protocols.services.sweeping import sweep
from telemetry import contracts_now, keeping, silence
from telemetry.storage import store
from tests.bindings.samples import document, replace
from tests.protocols.samples import (
    ASKED,
    MINUTE,
    NOW,
    USER,
    WATCHED,
    observation,
    opened,
    refusal,
    reported,
    steps,
    told,
)
from tests.releases.samples import publish
from tests.telemetry.samples import DAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]


def test_a_crossing_opens_a_run_with_the_steps_of_the_release_and_the_answer_says_so(protocol):
    answer = told(observation(18))
    run = ProtocolRun.objects.get()
    assert answer["runs"] == [
        {
            "id": run.pk, "agent": "NEUROS", "kpi": "hrv_rmssd", "user_id": USER, "severity": "critical",
            "opened": "2026-11-24T12:00:00Z", "state": "waiting",
        }
    ]  # fmt: skip
    assert (run.release, run.condition, run.reason, run.inputs["value"]) == (
        protocol.number, "< 25", "18 ms is below 25 ms", 18,
    )  # fmt: skip
    assert steps(run) == [
        ("reduce_training_intensity", "pending"),
        ("review_sleep", "pending"),
        ("SOMNOS", "pending"),
        ("CARDIOS", "pending"),
    ]
    assert run.steps.get(number=1).due == micros(NOW + 5 * MINUTE)


def test_one_run_an_episode():
    run = opened(18)
    assert told(observation(17, at=NOW + MINUTE), now=NOW + MINUTE)["runs"] == []
    told(observation(60, at=NOW + 2 * MINUTE), now=NOW + 2 * MINUTE)
    run.refresh_from_db()
    assert (run.state, run.ended, run.episode_ended) == (
        "recovered", micros(NOW + 2 * MINUTE), micros(NOW + 2 * MINUTE),
    )  # fmt: skip
    assert {state for _, state in steps(run)} == {"not_needed"}
    again = opened(18, NOW + 3 * MINUTE)
    assert again.pk != run.pk
    assert ProtocolRun.objects.count() == 2


def test_episodes_within_one_batch_are_runs_too():
    values = (18, 60, 27, 18, 60, 18)
    told(
        *[observation(value, at=NOW + place * MINUTE) for place, value in enumerate(values)],
        now=NOW + 9 * MINUTE,
    )
    runs = ProtocolRun.objects.order_by("opened")
    assert list(runs.values_list("state", "severity")) == [("recovered", 3), ("recovered", 3), ("waiting", 3)]


def test_an_episode_ends_and_the_next_one_begins_within_one_batch():
    run = opened(18)
    answer = told(
        observation(60, at=NOW + MINUTE), observation(18, at=NOW + 2 * MINUTE), now=NOW + 2 * MINUTE
    )
    run.refresh_from_db()
    assert run.state == "recovered"
    assert [one["opened"] for one in answer["runs"]] == ["2026-11-24T12:02:00Z"]


def test_a_rise_adds_the_steps_of_the_higher_severity():
    run = opened(28)
    assert (run.severity, steps(run)) == (2, [("reduce_training_intensity", "pending")])
    told(observation(18, at=NOW + MINUTE), now=NOW + MINUTE)
    run.refresh_from_db()
    assert run.severity == 3
    assert [name for name, _ in steps(run)] == [
        "reduce_training_intensity",
        "review_sleep",
        "SOMNOS",
        "CARDIOS",
    ]
    assert ProtocolRun.objects.count() == 1


def test_a_rise_opens_a_finished_run_of_the_same_episode_again():
    run = opened(28)
    assert reported(run, 1).state == "completed"
    told(observation(18, at=NOW + MINUTE), now=NOW + MINUTE)
    run.refresh_from_db()
    assert (run.state, run.ended) == ("waiting", None)
    assert reported(run, 2, now=NOW + 2 * MINUTE).state == "active"
    assert HandOffOffer.objects.count() == 2


def test_a_rise_and_the_end_of_an_episode_may_come_at_once():
    run, done = opened(28), opened(28, user_id="u-2")
    reported(done, 1)
    later = [
        observation(value, at=NOW + place * MINUTE, user_id=user)
        for user in (USER, "u-2")
        for place, value in ((1, 18), (2, 60))
    ]
    told(*later, now=NOW + 3 * MINUTE)
    for one in (run, done):
        one.refresh_from_db()
        assert (one.state, one.severity, one.due) == ("recovered", 3, None)
        assert {state for _, state in steps(one)[1:]} == {"not_needed"}


def test_two_rises_at_once_ask_for_each_step_once(protocol):
    run = opened(28)
    values = (27, 18, 27, 18)
    told(*[observation(v, at=NOW + n * MINUTE) for n, v in enumerate(values, 1)], now=NOW + 9 * MINUTE)
    assert [name for name, _ in steps(run)] == [
        "reduce_training_intensity", "review_sleep", "SOMNOS", "CARDIOS",
    ]  # fmt: skip


def test_as_many_statements_for_many_people_as_for_few(monkeypatch):
    kind = type(store())
    run, many, counted = kind.run, getattr(kind, "many", None), []

    def count(method):
        def counting(self, sql, *rest, **how):
            counted.append(sql)
            return method(self, sql, *rest, **how)

        return counting

    monkeypatch.setattr(kind, "run", count(run))
    if many:
        monkeypatch.setattr(kind, "many", count(many))
    found = []
    for people in (2, 40):
        users = [f"{people}-{n}" for n in range(people)]
        for number, value in enumerate((28, 18, 60)):
            at = NOW + number * MINUTE
            told(*[observation(value, at=at, user_id=user) for user in users], now=at)
        found.append(len(counted))
        counted.clear()
    assert found[0] == found[1]
    assert set(ProtocolRun.objects.values_list("state", flat=True)) == {"recovered"}


def test_a_correction_withdraws_the_run():
    run = opened(18)
    told(observation(60), now=NOW + MINUTE)
    run.refresh_from_db()
    assert run.state == "withdrawn"


def test_hand_offs_are_offered_once_the_actions_are_settled_and_open_runs_of_those_who_are_asked():
    run = opened(18)
    reported(run, 1)
    assert not HandOffOffer.objects.exists()
    reported(run, 2)
    children = ProtocolRun.objects.filter(root=run).order_by("pk")
    assert list(children.values_list("agent", "state", "depth")) == [
        ("SOMNOS", "offered", 1),
        ("CARDIOS", "offered", 1),
    ]
    assert [steps(child) for child in children] == [[("answer_hand_off", "pending")]] * 2


def test_an_episode_that_ends_makes_room_for_the_next_one_in_the_same_batch():
    first = opened(18)
    later = NOW + 3 * MINUTE
    (told_of,) = told(observation(60, at=NOW + MINUTE), observation(18, at=NOW + 2 * MINUTE), now=later)[
        "runs"
    ]
    first.refresh_from_db()
    assert first.state == "recovered"
    assert ProtocolRun.objects.get(state="waiting").pk == told_of["id"]


def test_a_rise_and_an_end_in_one_batch_leave_a_finished_run_recovered():
    run = opened(28)
    assert reported(run, 1).state == "completed"
    later = NOW + 3 * MINUTE
    told(observation(18, at=NOW + MINUTE), observation(60, at=NOW + 2 * MINUTE), now=later)
    run.refresh_from_db()
    assert (run.state, run.severity, run.ended) == ("recovered", 3, micros(NOW + 2 * MINUTE))
    assert [state for _, state in steps(run)] == ["done", "not_needed", "not_needed", "not_needed"]


def test_what_a_rise_asks_for_after_a_day_gets_a_day_too():
    run = opened(28)
    sweep(micros(NOW + 25 * HOUR))
    assert told(observation(18, at=NOW + 26 * HOUR), now=NOW + 26 * HOUR)["runs"] == []
    sweep(micros(NOW + 27 * HOUR))
    run.refresh_from_db()
    assert run.state == "waiting"
    sweep(micros(NOW + 51 * HOUR))
    run.refresh_from_db()
    assert run.state == "timed_out"


def test_offers_end_with_their_own_run_and_no_earlier_than_they_were_made():
    run = opened(18)
    reported(run, 1, now=NOW + 2 * MINUTE)
    reported(run, 2, now=NOW + 3 * MINUTE)
    told(observation(60, at=NOW + MINUTE), now=NOW + 4 * MINUTE)
    for child in ProtocolRun.objects.filter(root=run):
        assert (child.state, child.ended) == ("withdrawn", micros(NOW + 3 * MINUTE))
        assert child.offer is not None
        assert child.offer.answered == micros(NOW + 3 * MINUTE)


def test_a_run_of_an_agent_that_was_removed_is_withdrawn_and_one_that_is_back_begins_anew():
    run = opened(18)
    Agent.objects.get(name="NEUROS").delete()
    publish()
    silence.renew(micros(NOW + MINUTE))
    run.refresh_from_db()
    assert run.state == "withdrawn"
    assert refusal(lambda: reported(run, 1, "started", NOW + 2 * MINUTE)) == "not_needed"
    replace(Agent(name="NEUROS"), document(kpis_used=[WATCHED], collaboration={"on_risk": ASKED}))
    publish()
    contracts_now.forget()
    (again,) = told(observation(18, at=NOW + 3 * MINUTE), now=NOW + 3 * MINUTE)["runs"]
    assert again["id"] != run.pk


def test_an_episode_whose_standing_is_forgotten_is_over(settings):
    settings.RETENTION_DAYS = 30
    somnos = document(agent="SOMNOS", kpis_used=[WATCHED], collaboration={})
    replace(Agent.objects.get(name="SOMNOS"), somnos)
    publish()
    contracts_now.forget()
    run = opened(18)
    told(observation(60, at=NOW + 20 * DAY), agent="SOMNOS", now=NOW + 20 * DAY)  # of the same person
    keeping.forget_old(micros(NOW + 31 * DAY))
    assert ProtocolRun.objects.get(pk=run.pk).episode_ended == micros(NOW + 31 * DAY)
