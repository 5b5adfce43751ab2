"""A simulation, told and lived without a server."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from auren_admin.management.commands.simulate import HEARTBEATS
from telemetry.simulation import running
from telemetry.simulation.calendar import DAY, Calendar
from telemetry.simulation.running import CannotSimulate, Plan, live, simulate, tell_history, wait_for_server
from telemetry.simulation.stories import TODAY
from tests.telemetry.simulation.samples import life

DARK = "http://127.0.0.1:9"


class Recorder:
    """Stands for the agents; keeps what they are to report."""

    refused = ""

    def __init__(self):
        self.reported, self.delivered, self.looked_back, self.worked = [], 0, [], 0

    def report(self, new, *, is_past=False):
        self.reported += [*new]
        return len(new)

    def deliver(self):
        self.delivered = len(self.reported)

    def look_back(self, until):
        self.looked_back.append((until, len(self.reported)))

    def work(self):
        self.worked += 1


def plan(speed=0.0):
    return Plan(DARK, users=3, days=2, speed=speed, heartbeats=HEARTBEATS, patience=0.0)


def calendar(known=()):
    now = datetime.now(UTC)
    return Calendar(now - TODAY * DAY, TODAY - 2, dict(known))


def test_history_is_told_until_now_in_order_and_delivered():
    agents, ours = Recorder(), calendar()
    day, count = tell_history(life(3), ours, agents, lambda text: None)
    times = [at for _, at in agents.reported]
    assert times == sorted(times)
    assert datetime.now(UTC) - times[0] > timedelta(days=1.5)
    assert times[-1] <= datetime.now(UTC)
    assert count == len(times) == agents.delivered > 100
    assert day == pytest.approx(TODAY, abs=0.01)


def test_agents_look_back_at_each_day_before_the_next_one_is_told():
    agents = Recorder()
    tell_history(life(3), calendar(), agents, lambda text: None)
    assert len(agents.looked_back) in (2, 3)  # a moment passed
    for until, count in agents.looked_back:
        assert all(at < until for _, at in agents.reported[:count])


def test_long_histories_are_told_in_parts(monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 20)
    agents = Recorder()
    said: list[str] = []
    tell_history(life(3), calendar(), agents, said.append)
    assert len(said) > 2
    whole = Recorder()
    monkeypatch.undo()
    tell_history(life(3), calendar(), whole, said.append)
    assert len(agents.reported) == pytest.approx(len(whole.reported), abs=1)  # time passed between the two


def test_nobody_s_history_is_told_twice():
    agents = Recorder()
    tell_history(life(2), calendar({"demo-01": TODAY - 1}), agents, lambda text: None)
    first = {one.person.user_id: one.day for one, _ in reversed(agents.reported)}
    assert first["demo-02"] < TODAY - 1.5
    assert first["demo-01"] > TODAY - 1


def test_life_goes_on_by_the_clock_however_fast(monkeypatch):
    agents = Recorder()
    naps: list[float] = []
    renewals: list[int] = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", nap)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 * len(naps))
    with pytest.raises(KeyboardInterrupt):
        live(plan(speed=86.4), life(3), TODAY, agents, lambda: renewals.append(1))
    days = [one.day for one, _ in agents.reported]
    assert TODAY <= days[0] < days[-1] < TODAY + 3
    assert days[-1] > TODAY + 2
    assert renewals
    assert agents.worked == len(naps) - 1
    assert all(at <= datetime.now(UTC) for _, at in agents.reported)
    assert all(datetime.now(UTC) - at < timedelta(seconds=1100) for _, at in agents.reported)


def test_a_server_that_does_not_answer_is_said_with_a_way_out():
    with pytest.raises(CannotSimulate, match=r"Nothing answers at http://127.0.0.1:9 .* make run"):
        wait_for_server(plan())


@pytest.mark.django_db
def test_without_a_released_agent_it_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(running, "wait_for_server", lambda plan: None)
    with pytest.raises(CannotSimulate, match="Import examples/auren"):
        simulate(plan(), lambda text: None)


@pytest.mark.django_db
def test_it_tells_what_it_did(monkeypatch):
    @contextmanager
    def no_server(plan, life):
        yield None, Recorder()

    monkeypatch.setattr(running, "wait_for_server", lambda plan: None)
    monkeypatch.setattr(running, "_agents", no_server)
    said: list[str] = []
    simulate(plan(), said.append)
    assert "History of 3 made-up people" in said[-1]


@pytest.mark.parametrize(
    ("span", "words"),
    [(DAY / 240, "6 minutes"), (DAY, "24 hours"), (DAY * 2, "2 days"), (DAY / 86400, "1 seconds")],
)
def test_a_length_of_time_is_said_in_words(span, words):
    assert running._words(span) == words
