"""How much the client lets an agent say about a run, and how much the server takes: never two things."""

from typing import Any

import pytest

from auren_client import report_limits, runs, step_reports
from auren_client.report_limits import ACTION, AGENT, EVIDENCE_BYTES, EVIDENCE_LEVELS, NOTE, QUESTION
from protocols import lifecycle
from protocols.models import HandOffOffer, Step
from protocols.services import reporting
from tests.auren_client.test_run_api import connect, look
from tests.kpis.conftest import registry
from tests.protocols.conftest import protocol
from tests.protocols.samples import opened
from tests.releases.serving.conftest import connections_stay
from tests.telemetry.conftest import nothing_known

__all__ = ["connect", "connections_stay", "nothing_known", "protocol", "registry"]
pytestmark = pytest.mark.django_db


def of_bytes(size):
    """Evidence of so many bytes as compact JSON, most of them of letters that take two."""
    left = size - len('{"a":""}')
    return {"a": "ü" * (left // 2) + "b" * (left % 2)}


def of_levels(count):
    found: dict[str, Any] = {"a": 1}
    for _ in range(count - 1):
        found = {"a": found}
    return found


SAID = {
    "a note": (NOTE, lambda run, n: run.to_do[0].done("ü" * n)),
    "a note at the beginning": (NOTE, lambda run, n: run.to_do[0].start("ü" * n)),
    "why it failed": (NOTE, lambda run, n: run.to_do[0].fail("ü" * n)),
    "why it was skipped": (NOTE, lambda run, n: run.to_do[0].skip("ü" * n)),
    "a note on what was done": (NOTE, lambda run, n: run.did("call_the_coach", "ü" * n)),
    "the name of what was done": (ACTION, lambda run, n: run.did("a" * n)),
    "why an agent is asked": (QUESTION, lambda run, n: run.hand_off("SOMNOS", "ü" * n)),
    "bytes of evidence": (EVIDENCE_BYTES, lambda run, n: run.to_do[0].done(evidence=of_bytes(n))),
    "levels of evidence": (EVIDENCE_LEVELS, lambda run, n: run.to_do[0].done(evidence=of_levels(n))),
    "evidence of what was done": (EVIDENCE_BYTES, lambda run, n: run.did("rest", evidence=of_bytes(n))),
}
ANSWERED = {
    "a note to a yes": lambda asked, n: asked.accept("ü" * n),
    "why not": lambda asked, n: asked.refuse("ü" * n),
}


@pytest.fixture
def unlimited(monkeypatch):
    """The client lets everything through."""

    def lift():
        monkeypatch.setattr(step_reports, "short", lambda text, *_: text)
        monkeypatch.setattr(step_reports, "small", dict)

    return lift


def refused(client):
    """How often the server refused what was said, and the codes, once all of it is delivered."""
    codes = []
    client.on_report_refused(lambda one: codes.append(one.problem.code))
    look(client)
    return codes


@pytest.mark.parametrize(("most", "say"), SAID.values(), ids=SAID.keys())
def test_what_may_be_said_of_a_run_the_server_takes_and_more_it_does_not(connect, unlimited, most, say):
    neuros = connect("NEUROS")
    opened(28)
    (run,) = look(neuros)
    with pytest.raises(ValueError, match="expected .+ of at most"):
        say(run, most + 1)
    unlimited()
    say(run, most + 1)
    assert refused(neuros) in (["too_long"], ["too_large"], ["too_deep"])
    say(run, most)
    look(neuros)
    assert neuros.status.reports_refused == 1


@pytest.mark.parametrize("say", ANSWERED.values(), ids=ANSWERED.keys())
def test_what_may_be_answered_to_a_hand_off_the_server_takes_and_more_it_does_not(connect, unlimited, say):
    neuros, somnos = connect("NEUROS"), connect("SOMNOS")
    opened(28)
    look(neuros)[0].hand_off("SOMNOS", "Perhaps the nights.")
    look(neuros)
    (asked,) = look(somnos).hand_offs
    with pytest.raises(ValueError, match="expected .+ of at most"):
        say(asked, NOTE + 1)
    unlimited()
    say(asked, NOTE + 1)
    assert refused(somnos) == ["too_long"]
    say(asked, NOTE)
    look(somnos)
    assert somnos.status.reports_refused == 1
    assert HandOffOffer.objects.get().answer == "ü" * NOTE


def test_an_agent_s_name_that_is_too_long_for_the_server_is_not_sent(connect, unlimited):
    neuros = connect("NEUROS")
    opened(28)
    (run,) = look(neuros)
    with pytest.raises(ValueError, match="an agent's name of at most 40"):
        run.hand_off("A" * (AGENT + 1), "")
    unlimited()
    run.hand_off("A" * (AGENT + 1), "")
    run.hand_off("A" * AGENT, "")
    assert refused(neuros) == ["too_long", "unknown_agent"]


def test_the_columns_have_room_for_what_may_be_said():
    def room(model: Any, name: str) -> int:
        return int(model._meta.get_field(name).max_length)

    assert room(Step, "note") == room(HandOffOffer, "answer") == NOTE
    assert room(HandOffOffer, "reason") == QUESTION
    assert min(room(Step, "name"), room(HandOffOffer, "target")) >= max(ACTION, AGENT)


def test_evidence_that_leads_back_to_itself_has_too_many_levels():
    ring: dict[str, Any] = {}
    ring["a"] = [ring]
    with pytest.raises(ValueError, match="at most 5 levels"):
        report_limits.small(ring)


def test_both_mean_the_same_by_a_state():
    assert step_reports.NEEDS_WORDS == reporting.NEEDS_WORDS
    assert runs.OPEN_RUN == lifecycle.OPEN
    assert set(lifecycle.StepState) - lifecycle.SETTLED == runs.OPEN_STEP
