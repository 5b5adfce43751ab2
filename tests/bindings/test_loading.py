"""A working copy that is read in pieces is the one that Django's prefetching reads."""

import pytest

from bindings import loading
from bindings.documents import Contract
from bindings.models import Agent
from tests.bindings.samples import document, make_agent, replace


@pytest.mark.parametrize("piece", [1, 2, 1000])
def test_every_agent_is_whole_and_in_the_roster_s_order(neuros, monkeypatch, piece):
    monkeypatch.setattr(loading, "PIECE", piece)
    make_agent("IDLE")
    replace(Agent(name="OTHER"), document(agent="OTHER", collaboration={}))
    found = loading.all_agents()
    expected = list(Agent.objects.whole())
    assert [agent.name for agent in found] == [agent.name for agent in expected]
    assert list(map(Contract.of, found)) == list(map(Contract.of, expected))
