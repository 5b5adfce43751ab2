"""Whom to look at first: people by the worst of their states, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from contracts.evaluation import explaining
from contracts.watched import Definition, WatchedAction, WatchedHandOff
from telemetry.contracts_now import Released, Watched, last_evaluator
from telemetry.models import Standing
from telemetry.pages.words import WORDS, called, kind_of, when_of
from telemetry.storage.memories import COLUMNS, from_columns

NAMED_AT_MOST = 6
REASONS_AT_MOST = 3
LOOKED_AT = 200
"""Of the worst, to find those that are named: the contract may no longer have what some are about."""
NEEDS_LOOK = Q(state__gte=Standing.State.WARNING) | Q(state=Standing.State.UNKNOWN, skipped="")
"""Critical, in warning, or silent. What a guard leaves aside is unknown too, and nothing is amiss with it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A state that needs a look, what the agent then asks for, and whom it asks for help."""

    agent: str
    definition: Definition
    kind: str
    reason: str
    since: datetime | None
    actions: tuple[WatchedAction, ...]
    hand_offs: tuple[WatchedHandOff, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """Somebody to look at; ``reasons`` has all of theirs, the worst first."""

    subject: int
    person: str
    reasons: tuple[Reason, ...]

    @property
    def worst(self) -> Reason:
        """By which they are in their place."""
        return self.reasons[0]

    @property
    def word(self) -> str:
        """The worst state as people call it."""
        return WORDS[self.worst.kind]

    @property
    def shown(self) -> tuple[Reason, ...]:
        """Those that are told at a glance."""
        return self.reasons[:REASONS_AT_MOST]

    @property
    def more(self) -> int:
        """How many reasons there are besides."""
        return len(self.reasons) - len(self.shown)


def attention(released: Released) -> list[Attention]:
    """Whom to look at first: the worst state, and of those the newest. Two queries."""
    worst = Standing.objects.filter(NEEDS_LOOK).order_by("-state", "-since")
    places = worst.values_list("subject", "agent", "kpi")[:LOOKED_AT]
    named = dict.fromkeys(subject for subject, agent, kpi in places if released.binding(agent, kpi))
    found: dict[int, list[tuple[Standing, Watched]]] = {
        subject: [] for subject in list(named)[:NAMED_AT_MOST]
    }
    for standing in worst.filter(subject__in=found).select_related("subject"):
        if watched := released.binding(standing.agent, standing.kpi):
            found[standing.subject_id].append((standing, watched))
    return [_attention(theirs) for theirs in found.values() if theirs]


def _attention(theirs: list[tuple[Standing, Watched]]) -> Attention:
    subject = theirs[0][0].subject
    return Attention(
        subject=subject.pk,
        person=called(subject.pk, subject.user_id),
        reasons=tuple(_reason(standing, watched) for standing, watched in theirs),
    )


def _reason(standing: Standing, watched: Watched) -> Reason:
    evaluator = last_evaluator(watched, standing.release)
    binding = evaluator.binding if evaluator else watched.binding
    return Reason(
        agent=standing.agent,
        definition=watched.definition,
        kind=kind_of(standing.state),
        reason=reason_of(standing, watched),
        since=when_of(standing.since),
        actions=binding.actions_at(kind_of(standing.state)) if standing.state > 0 else (),
        hand_offs=binding.hand_offs_at(kind_of(standing.state)),
    )


def reason_of(standing: Standing, watched: Watched) -> str:
    """Why somebody is in a state, by the contract that judged it, and which of several sources says so; "" where
    nothing is evaluated."""
    evaluator = last_evaluator(watched, standing.release)
    if evaluator is None:
        return ""
    memory = from_columns(tuple(getattr(standing, column) for column in COLUMNS))
    reason = explaining.reason(evaluator, memory)
    return f"{reason} ({standing.source})" if standing.sources and standing.source else reason
