"""What people said about a run, and which other runs are like it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from protocols.lifecycle import RunState
from protocols.models import ProtocolRun
from protocols.pages.prose import lowered, spaced, when
from protocols.pages.run.before import SIMILAR, Earlier
from protocols.pages.run.facts import Facts
from protocols.pages.words import RUN_STATES
from telemetry import contracts_now


class Said(NamedTuple):
    """What one person said of a run, as its page shows it."""

    at: datetime
    who: str
    what: str
    reason: str
    words: str


class Similar(NamedTuple):
    """Another run, in a word."""

    pk: int
    at: datetime
    state: str
    kind: str
    told: str


def said(facts: Facts) -> list[Said]:
    """What people said of a run, the newest first."""
    titles = {step.pk: lowered(facts.title(step)) for step in facts.steps if facts.said}
    return [
        Said(
            when(one.at),
            one.author_name or "somebody",
            f"{one.get_kind_display()}{f' “{titles[one.step_id]}”' if one.step_id in titles else ''}",
            lowered(one.get_reason_code_display()) if one.reason_code else "",
            one.words,
        )
        for one in reversed(facts.said)
    ]


def similar(facts: Facts, earlier: Sequence[Earlier], person: str) -> dict[str, list[Similar]]:
    """Of the same trigger, and of the same person by anybody; one query."""
    mine = (
        ProtocolRun.objects.filter(subject=facts.run.subject_id)
        .exclude(pk__in=[run.pk for run in facts.family] or [facts.run.pk])
        .order_by("-opened", "-pk")
        .values_list("pk", "opened", "state", "agent", "kpi")[:SIMILAR]
    )
    released = contracts_now.current()
    return {
        "trigger": [
            _similar(
                one.pk,
                one.opened,
                one.state,
                "the same person" if one.subject == facts.run.subject_id else "",
            )
            for one in earlier
        ],
        "person": [
            _similar(pk, at, state, f"{agent}, {released.definition(kpi).title or spaced(kpi)}")
            for pk, at, state, agent, kpi in mine
        ],
    }


def _similar(pk: int, at: int, state: str, told: str) -> Similar:
    word, kind = RUN_STATES[RunState(state)]
    return Similar(pk, when(at), word, kind, told)
