"""What the templates of a run's page are given: read, and made ready by pure functions."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from protocols.lifecycle import RunState
from protocols.models import Deviation
from protocols.pages.prose import SEVERITY_KINDS, SEVERITY_WORDS, when
from protocols.pages.run import choices
from protocols.pages.run.asking import asked_of
from protocols.pages.run.before import SIMILAR, earlier, record
from protocols.pages.run.deciding import MAY, MAY_JUDGE
from protocols.pages.run.facts import Facts
from protocols.pages.run.folding import folds
from protocols.pages.run.knew import known
from protocols.pages.run.left import left, looked
from protocols.pages.run.saying import said, similar
from protocols.pages.run.story import reading, story
from protocols.pages.run.table import folded, lines
from protocols.pages.run.timeline.picture import Measured, picture, stretch
from protocols.pages.run.timeline.reading import measured
from protocols.pages.run.usual import Gauge, Usual, gauge, usual, values_before
from protocols.pages.words import RUN_STATES
from protocols.services.proposing import Proposal, proposal_of
from telemetry import contracts_now
from telemetry.pages.words import called

PROPOSED_AT_MOST = 2


def shown(request: HttpRequest, facts: Facts) -> dict[str, Any]:
    """All that the live part shows."""
    run, first = facts.run, facts.first
    asked = asked_of(request.GET)
    before = usual(values_before(first.subject_id, first.kpi, first.agent, first.source, first.opened))
    found = measured(first, *(asked.chosen or stretch(facts)), reach_back=not asked.chosen)
    earlier_ones = earlier(first, facts.now)
    person = called(run.subject_id, run.subject.user_id)
    drawn = picture(facts, found, asked.chosen)
    return _told(facts, asked.whole, asked.step) | {
        "facts": facts,
        "run": run,
        "person": person,
        "parent": run.offer.step.run if run.offer else None,
        "gauge": gauge_of(facts, found, before),
        "usual": before,
        "in_force": contracts_now.current().release,
        "record": record(earlier_ones),
        "similar": similar(facts, earlier_ones[:SIMILAR], person),
        "picture": drawn,
        "picture_data": drawn.as_data(facts.definition.symbol),
        "asked": asked,
        "may_decide": request.user.has_perm(MAY),
        "may_judge": request.user.has_perm(MAY_JUDGE),
        "of_the_run": [one for one in facts.deviations if one.place == 0],
        "proposals": proposals(facts),
        "choices": choices,
        "sent": request.POST if request.method == "POST" else None,
        "folds": folds(request),
    }


def _told(facts: Facts, whole: bool, step: int) -> dict[str, Any]:
    """What needs nothing but the facts."""
    run = facts.run
    return {
        "story": story(facts),
        "left": left(facts),
        "looked": looked(facts),
        "lines": folded(lines(facts), whole=whole, asked=step),
        "state": RUN_STATES[RunState(run.state)],
        "severity": (SEVERITY_KINDS[run.severity], SEVERITY_WORDS[run.severity]),
        "opened": when(run.opened),
        "known": known(facts),
        "value": reading(facts)[1],
        "kpi_lines": narrow(facts.kpi_title),
        "said": said(facts),
        "trace_page": trace_page(run.trace),
    }


def trace_page(trace: str | None) -> str:
    """The address of what opened a run, where a tool shows traces; empty where there is none."""
    return str(settings.TRACE_URL.format(trace_id=trace)) if trace else ""


def proposals(facts: Facts) -> list[tuple[Deviation, Proposal]]:
    """What would make the contract say what people found better, of the first few."""
    better = [one for one in facts.deviations if one.judgement == Deviation.Judgement.BETTER]
    return [(one, found) for one in better[:PROPOSED_AT_MOST] if (found := proposal_of(one))]


def gauge_of(facts: Facts, found: Measured, before: Usual | None) -> Gauge | None:
    """None where there is no value to show."""
    inputs = facts.first.inputs
    value = inputs.get("value") if isinstance(inputs, dict) else None
    if not isinstance(value, int | float):
        return None
    return gauge(float(value), facts.definition.symbol, before, found.bands)


def narrow(title: str) -> list[str]:
    """A title for the column beside the picture: up to three lines of it."""
    lines = wrap(title, 12, max_lines=3, placeholder="…")
    return lines or [title[:12]]
