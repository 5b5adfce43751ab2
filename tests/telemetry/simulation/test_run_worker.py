"""A simulated agent at its inbox, and looking back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from auren_client import Inbox, NoInbox, Pause, Run
from auren_client.run_parser import read_run
from auren_client.step_reports import Report
from telemetry.simulation import run_worker as module
from telemetry.simulation.characters import Intention, Reply
from telemetry.simulation.run_worker import RunWorker
from tests.auren_client.run_servers import handed_over, run, step

OPENED = datetime(1970, 1, 12, 13, 46, tzinfo=UTC)
LATER = OPENED + timedelta(days=1)
DONE = Intention("done", 2.0, 4.0, False, "As asked.")


class MadeUp:
    """A client without a server: what is said of its runs is kept."""

    def __init__(self) -> None:
        self.said: list[Report] = []
        self.runs: list[Run] = []
        self.paused: Pause | None = None
        action = SimpleNamespace(name="reduce_training_intensity", deadline="20m")
        self.bound: Any = {"hrv_rmssd": SimpleNamespace(actions=[action])}

    def read(self, data: Mapping[str, Any]) -> Run:
        return read_run(data, self.said.append)

    def inbox(self) -> Inbox:
        if not self.runs:
            raise NoInbox
        return Inbox("NEUROS", tuple(self.runs), len(self.runs), self.paused)

    def bindings(self) -> Any:
        return self.bound

    def told(self) -> list[tuple[str, float | None]]:
        """What was said, and after how many minutes, where it says when."""
        return [
            (one.state, (one.at - OPENED) / timedelta(minutes=1) if one.at else None) for one in self.said
        ]


@pytest.fixture
def client():
    return MadeUp()


@pytest.fixture
def act(monkeypatch):
    """Chooses what the agent intends."""

    def choose(what=DONE, answer=None, unasked=""):
        monkeypatch.setattr(module, "intention", lambda *about: what)
        monkeypatch.setattr(module, "reply", lambda *about: answer or Reply("accepted", 3.0, "On it."))
        monkeypatch.setattr(module, "addition", lambda *about: unasked)

    choose()
    return choose


@pytest.fixture
def worker(client, act):
    return RunWorker("NEUROS", client, speed=1.0)


def one_step(**more):
    return run(steps=[step(1, **more)])


def test_without_an_inbox_there_is_nothing_to_do(worker, client):
    worker.work(0.0)
    assert client.said == []


def test_steps_are_begun_and_done_in_their_time(worker, client):
    client.runs = [client.read(one_step())]
    for now in (0.0, 119.0):
        worker.work(now)
    assert client.told() == []
    worker.work(121.0)
    assert client.told() == [("started", None)]
    client.runs = [client.read(one_step(state="started"))]
    worker.work(359.0)
    worker.work(361.0)
    assert client.told() == [("started", None), ("done", None)]


def test_faster_lives_make_faster_agents_by_the_root(client, act):
    worker = RunWorker("NEUROS", client, speed=100.0)
    client.runs = [client.read(one_step())]
    worker.work(0.0)
    worker.work(12.1)
    assert client.told() == [("started", None)]


def test_the_second_step_waits_for_the_first(worker, client):
    client.runs = [client.read(run(steps=[step(1), step(2, "review_sleep")]))]
    worker.work(0.0)
    worker.work(10_000.0)
    assert [one.step for one in client.said] == [1]


@pytest.mark.parametrize(
    ("answer", "said"), [("accepted", ["accepted"]), ("refused", ["refused"]), ("ignored", [])]
)
def test_hand_offs_are_answered_after_a_while_or_never(worker, client, act, answer, said):
    act(answer=Reply(answer, 3.0, "Words."))
    client.runs = [client.read(handed_over())]
    worker.work(0.0)
    assert client.said == []
    worker.work(181.0)
    assert [state for state, _ in client.told()] == said


def test_who_is_paused_does_nothing(worker, client):
    client.runs, client.paused = [client.read(one_step())], Pause(None, None, "Planned work")
    worker.work(0.0)
    worker.work(10_000.0)
    assert client.said == []


def test_the_late_begin_once_their_time_is_over(worker, client, act):
    act(Intention("done", 2.0, 4.0, True, "Late."))
    client.runs = [client.read(one_step())]
    worker.work(0.0)
    worker.work(1500.0)
    assert client.said == []
    worker.work(1561.0)
    assert client.told() == [("started", None)]


def test_what_nobody_asked_for_is_done_before_the_run_ends(worker, client, act):
    act(unasked="The coach asked.")
    client.runs = [client.read(one_step(state="started"))]
    worker.work(0.0)
    worker.work(10_000.0)
    assert [state for state, _ in client.told()] == ["added", "done"]


# History


def test_history_says_when_each_step_was_done(worker, client):
    found = client.read(run(steps=[step(1), step(2, "review_sleep"), step(3, "SOMNOS", kind="hand_off")]))
    assert [*worker.look_back(found, LATER)] == [("NEUROS", 7)]
    assert client.told() == [("started", 2), ("done", 6), ("started", 8), ("done", 12)]


def test_what_comes_after_that_moment_is_left(worker, client):
    found = client.read(run(steps=[step(1), step(2, "review_sleep")]))
    assert [*worker.look_back(found, OPENED + timedelta(minutes=7))] == []
    assert client.told() == [("started", 2), ("done", 6)]
    assert worker.left == {7}


def test_of_a_run_that_is_over_only_what_was_done_before_is_told(worker, client):
    steps = [step(1, state="not_needed"), step(2, "review_sleep", "not_needed")]
    ended = client.read(run(state="recovered", ended="1970-01-12T13:53:00Z", steps=steps))
    assert [*worker.look_back(ended, LATER)] == []
    assert client.told() == [("done", 6)]


def test_in_history_the_late_are_late_by_their_deadline(worker, client, act):
    act(Intention("done", 2.0, 4.0, True, "Late."))
    [*worker.look_back(client.read(one_step()), LATER)]
    assert client.told() == [("started", 26), ("done", 30)]


def test_in_history_nobody_does_what_is_not_asked_for_yet(worker, client):
    worse = step(1, added="1970-01-12T14:46:00Z")
    assert [*worker.look_back(client.read(run(steps=[worse])), LATER)] == []
    assert client.told() == [("started", 62), ("done", 66)]


def test_a_hand_off_that_was_offered_leads_to_who_is_asked_once(worker, client):
    offer = {"agent": "SOMNOS", "state": "offered", "due": None, "answered": None, "answer": "", "run": 12}
    found = client.read(run(steps=[step(1, "SOMNOS", "started", "hand_off", hand_off=offer)]))
    assert [*worker.look_back(found, LATER)] == [("SOMNOS", 12)]
    assert [*worker.look_back(found, LATER)] == []


def test_in_history_hand_offs_are_answered_when_they_came(worker, client):
    assert [*worker.look_back(client.read(handed_over()), LATER)] == []
    assert client.told() == [("accepted", 3), ("started", 5), ("done", 9)]
