"""Simulated agents report what they watch, by the client that every agent has."""

from datetime import UTC, datetime
from typing import Any

import pytest

from auren_client import Answer, NoBindings, NotDelivered, OutboxFull, Status
from telemetry.simulation import agents as module
from telemetry.simulation.agents import Agents
from tests.telemetry.simulation.samples import life

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WATCHED: dict[str, set[str] | None] = {
    "NEUROS": {"hrv_rmssd", "ln_rmssd"},
    "CARDIOS": {"hrv_rmssd"},
    "NEW": None,
}


class MadeUp:
    """A client without a server; ``late`` is how many times what it sends is not there yet."""

    late = 0
    is_full = False

    def __init__(self, url, **options):
        self.agent, self.sent, self.closed = options["agent"], [], False
        self.status = Status(0, "nothing" if self.agent == "NEW" else "server", None, 0, 0, 0, None)

    def start(self):
        return self

    def bindings(self):
        if (watched := WATCHED[self.agent]) is None:
            raise NoBindings("nothing asked yet")
        return dict.fromkeys(watched)

    def observe(self, kpi, value, **rest):
        if self.is_full:
            raise OutboxFull
        self.sent.append((kpi, rest["user_id"], rest["at"]))

    def flush(self, timeout):
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
