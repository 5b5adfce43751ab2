"""What the pages about a binding show: everybody's states over time, and of one person why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator

from contracts.evaluation import Evaluator, Explanation, Memory, Phase, combine, explain, explaining
from telemetry.contracts_now import Released, Watched, last_evaluator
from telemetry.models import Standing, Transition
from telemetry.pages.kpi_page import Person
from telemetry.pages.span import Span
from telemetry.pages.strips import Segment, by_person, of_binding, shares, strip
from telemetry.pages.words import kind_of, when_of
from telemetry.storage.memories import COLUMNS, from_columns, sources_of

DRAWN_AT_MOST = 20_000
"""Transitions on one page."""
PER_PAGE = 25
ELSEWHERE_AT_MOST = 40
PHASES = {
    Phase.RESTING: "no",
    Phase.WAITING: "not yet",
    Phase.ACTING: "yes",
    Phase.ENDING: "still",
}
CAUSES = {
    "value": "",
    "time": "time passed",
    "silence": "nothing came",
    "release": "another contract was released",
    "correction": "a value was corrected or came late",
}


@dataclass(frozen=True, slots=True)
class Stripe:
    """Somebody's states over time."""

    person: Person
    segments: Sequence[Segment]
    sentence: str


def stripes(people: Sequence[Person], span: Span) -> list[Stripe]:
    """The strips of some people, in one query."""
    if not people:
        return []
    start, end = span.micros
    one = people[0].standing
    rows = (
        Transition.objects.standing()
        .filter(
            agent=one.agent,
            kpi=one.kpi,
            subject__in=[person.standing.subject_id for person in people],
            at__gte=start,
            at__lt=end,
        )
        .order_by("subject", "at", "pk")
    )
    found = by_person(rows[:DRAWN_AT_MOST])
    return [_stripe(person, found.get(person.standing.subject_id, []), span) for person in people]


def _stripe(person: Person, transitions: Sequence[Transition], span: Span) -> Stripe:
    segments = strip(of_binding(transitions, person.standing), person.standing.state, span)
    return Stripe(person, segments, f"{person.name}: {shares(segments)}")


@dataclass(frozen=True, slots=True)
class Change:
    """A transition as people read it."""

    agent: str
    kpi: str
    title: str
    before: str
    after: str
    at: datetime | None
    reason: str
    cause: str
    release: int
    value: float | None
    source: str
    late: bool
    withdrawn: datetime | None


def changes(standing: Standing, at: str | None) -> tuple[Page[Transition], list[Change]]:
    """One page of what happened to somebody, the newest first."""
    rows = Transition.objects.filter(
        subject=standing.subject_id, kpi=standing.kpi, agent=standing.agent
    ).order_by("-at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(at)
    return page, [change_of(one) for one in page]


def change_of(one: Transition, title: str = "") -> Change:
    """From what is stored."""
    inputs: dict[str, Any] = one.inputs
    return Change(
        agent=one.agent,
        kpi=one.kpi,
        title=title or one.kpi,
        before=kind_of(one.before),
        after=kind_of(one.after),
        at=when_of(one.at),
        reason=one.reason,
        cause=CAUSES.get(one.cause, one.cause),
        release=one.release,
        value=inputs.get("value"),
        source=one.source,
        late=one.recorded - one.at > 86_400_000_000,
        withdrawn=when_of(one.withdrawn),
    )


def elsewhere(standing: Standing, released: Released) -> list[tuple[Standing, str, str]]:
    """The same person by other contracts, the worst first: with the class of the state, and the KPI's title."""
    rows = Standing.objects.filter(subject=standing.subject_id).exclude(pk=standing.pk)
    return [
        (one, kind_of(one.state), watched.definition.title or one.kpi)
        for one in rows.order_by("-state", "kpi", "agent")[:ELSEWHERE_AT_MOST]
        if (watched := released.binding(one.agent, one.kpi))
    ]


@dataclass(frozen=True, slots=True)
class Trigger:
    """How far one trigger is, and why."""

    kind: str
    condition: str
    holds: str
    phase: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """What one of several sources says, and whether it counts."""

    name: str
    kind: str
    since: datetime | None
    reason: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody is in a state, and why in no other: by the source that speaks. ``sources`` are all of several."""

    explanation: Explanation
    triggers: tuple[Trigger, ...]
    judged_by: int
    in_force: int
    source: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def is_older(self) -> bool:
        """Whether the contract has changed since the last value."""
        return self.judged_by != self.in_force


def why(standing: Standing, watched: Watched) -> Why | None:
    """Told from what is remembered, by the contract that judged it; None where nothing is evaluated."""
    evaluator = last_evaluator(watched, standing.release)
    if evaluator is None:
        return None
    memory = from_columns(tuple(getattr(standing, column) for column in COLUMNS))
    told = explain(evaluator.binding, memory)
    triggers = tuple(
        Trigger(one.severity.value, one.condition, PHASES[one.phase], one.phase.value, one.reason)
        for one in told.triggers
    )
    sources = _sources(evaluator, sources_of(standing.source, standing.sources, memory))
    return Why(told, triggers, standing.release, watched.release, standing.source, sources)


def _sources(evaluator: Evaluator, memories: Mapping[str, Memory]) -> tuple[Source, ...]:
    if len(memories) < 2:
        return ()
    counting = combine(evaluator, memories).counting
    return tuple(
        Source(
            name,
            one.state.value,
            when_of(one.since),
            explaining.reason(evaluator, one),
            name in counting,
        )
        for name, one in sorted(memories.items())
    )
