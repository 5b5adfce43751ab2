"""Simulated agents report what they watch, by the client that every agent has."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from auren_client import Answer, NoBindings, NoRun, NotDelivered, OutboxFull, Problem, Status
from telemetry.simulation import agents as module
from telemetry.simulation.agents import Agents
from tests.telemetry.simulation.samples import life

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WATCHED: dict[str, set[str] | None] = {
    "NEUROS": {"hrv_rmssd", "ln_rmssd"},
    "CARDIOS": {"hrv_rmssd"},
    "NEW": None,
}


class Watched(dict[str, None]):
    """Bindings by KPI."""

    def __init__(self, some, hand_offs):
        super().__init__(some)
        self.hand_offs = hand_offs


class MadeUp:
    """A client without a server; ``late`` is how many times what it sends is not there yet."""

    late = 0
    is_full = False

    def __init__(self, url, **options):
        self.agent, self.sent, self.closed = options["agent"], [], False
        self.flushed, self.asked = 0, []
        self.status = Status(0, "nothing" if self.agent == "NEW" else "server", None, 0, 0, 0, None)

    def start(self):
        return self

    def bindings(self):
        if (watched := WATCHED[self.agent]) is None:
            raise NoBindings("nothing asked yet")
        hand_offs = ("SOMNOS",) if self.agent == "NEUROS" else ()
        return Watched(dict.fromkeys(watched), hand_offs)

    def observe(self, kpi, value, **rest):
        if self.is_full:
            raise OutboxFull
        self.sent.append((kpi, rest["user_id"], rest["at"]))

    def evaluate(self, kpi, value, **rest):
        return SimpleNamespace(changed=kpi == "hrv_rmssd" and value < 25, hand_offs=("SOMNOS",))

    def run(self, number):
        self.asked.append(number)
        if number == 404:
            raise NoRun(number, Problem(404, "not_found", "There is no such run."))
        return SimpleNamespace(id=number)

    def flush(self, timeout):
        self.flushed += 1
        if self.late:
            self.late -= 1
            raise NotDelivered(1, [Answer(("a",), {"results": ["accepted"]})], None)
        return [Answer(("b", "c"), {"results": ["accepted", "out_of_range"]})]

    def close(self, timeout):
        self.closed = True


@pytest.fixture
def agents(monkeypatch):
    monkeypatch.setattr(module, "Client", MadeUp)
    made: Any = Agents("http://auren", dict.fromkeys(WATCHED, "secret"))
    with made:
        yield made
    assert all(client.closed for client in made._clients.values())


def stamped():
    return [(one, NOW) for one in life(2).measured(0, 1)]


def test_each_reports_what_it_watches_and_nothing_else(agents):
    count = agents.report(stamped())
    sent = {agent: {kpi for kpi, _, _ in client.sent} for agent, client in agents._clients.items()}
    assert sent == {"NEUROS": {"hrv_rmssd", "ln_rmssd"}, "CARDIOS": {"hrv_rmssd"}, "NEW": set()}
    assert count == sum(len(client.sent) for client in agents._clients.values())


def test_agents_without_bindings_are_told(agents):
    assert agents.lost == {"NEW": ""}


def test_delivering_waits_and_counts_the_answers(agents):
    agents._clients["NEUROS"].late = 2
    agents.deliver()
    assert agents.results == {"accepted": 5, "out_of_range": 3}
    assert agents.refused == "3 out_of_range"


def test_delivering_ends_when_patience_does(agents):
    agents._clients["NEUROS"].late = 1000
    with pytest.raises(NotDelivered):
        agents.deliver(patience=0)


def test_what_no_longer_fits_while_the_server_is_away_is_let_go(agents):
    for client in agents._clients.values():
        client.is_full = True
    assert agents.report(stamped()) == 0


def test_of_the_past_only_those_who_ask_for_help_report_at_once(agents):
    count = agents.report(stamped(), is_past=True)
    assert {agent: bool(client.sent) for agent, client in agents._clients.items()} == {
        "NEUROS": True, "CARDIOS": False, "NEW": False,
    }  # fmt: skip
    agents.deliver()
    assert count == sum(len(client.sent) for client in agents._clients.values())


def test_looking_back_delivers_only_where_somebody_is_to_be_asked(agents):
    agents.report(stamped(), is_past=True)
    agents.look_back(NOW)
    assert agents._clients["NEUROS"].flushed == 0
    low = [(one._replace(value=18), at) for one, at in stamped() if one.kpi == "hrv_rmssd"]
    agents.report(low, is_past=True)
    agents.look_back(NOW)
    assert [client.flushed for client in agents._clients.values()] == [1, 0, 0]


def test_looking_back_follows_what_was_opened_and_whom_it_leads_to(agents):
    looked: list[tuple[str, int]] = []

    def look_back(agent):
        def found(run, until):
            looked.append((agent, run.id))
            return [("CARDIOS", 12), ("STRANGER", 13)] if run.id == 1 else []

        return found

    for agent, worker in agents._workers.items():
        worker.look_back = look_back(agent)
        worker.left = {7}
    agents._opened = [("NEUROS", 1), ("NEUROS", 404), ("NEUROS", 7)]
    agents.look_back(NOW)
    assert looked == [("NEUROS", 1), ("NEUROS", 7), ("CARDIOS", 12)]
    agents.look_back(NOW)
    assert looked[3:] == [("NEUROS", 7)]  # something was left to do


def test_what_a_batch_opens_is_looked_at(agents, monkeypatch):
    opened = Answer((), {"results": [], "runs": [{"id": 5, "agent": "CARDIOS"}]})
    monkeypatch.setattr(agents._clients["CARDIOS"], "flush", lambda timeout: [opened])
    agents.deliver()
    assert agents._opened == [("CARDIOS", 5)]


def test_every_agent_works_off_its_inbox(agents):
    worked: list[float] = []
    for worker in agents._workers.values():
        worker.work = worked.append
    agents.work()
    assert len(worked) == 3
