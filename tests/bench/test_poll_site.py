"""The release that is polled by the benchmark."""

from bench.poll_site import document
from contracts.watching import Watching
from releases.serving.bodies import as_json


def test_an_agents_body_has_20_kb():
    body = as_json(Watching(document(3, 1)).body("AGENT_2"))
    assert 20_000 <= len(body) <= 22_000


def test_every_turn_changes_every_agents_body():
    first, second = (Watching(document(3, turn)) for turn in (1, 2))
    assert all(first.body(name) != second.body(name) for name in first.agents)
