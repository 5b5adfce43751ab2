"""Everything of one person: where they stand by each contract that watches them, and what happened last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator

from contracts.watched import Definition
from telemetry.contracts_now import Released, Watched
from telemetry.models import Standing, Transition
from telemetry.pages.attention import reason_of
from telemetry.pages.binding_page import DRAWN_AT_MOST, PER_PAGE, Change, Stripe, change_of
from telemetry.pages.kpi_page import Person
from telemetry.pages.span import Span
from telemetry.pages.strips import by_binding, of_binding, shares, strip
from telemetry.pages.words import when_of

SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Stand:
    """By one contract: the state now, why, and which ones it was before. ``watched`` is None where no contract in
    force watches it any more."""

    definition: Definition
    watched: Watched | None
    reason: str
    stripe: Stripe

    @property
    def person(self) -> Person:
        """Of whom it is."""
        return self.stripe.person


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is watched of a person, the worst first; ``more`` is how many are not shown."""

    stands: Sequence[Stand]
    more: int = 0

    @property
    def agents(self) -> list[str]:
        """Who watches."""
        return sorted({one.person.standing.agent for one in self.stands})

    @property
    def last(self) -> datetime | None:
        """When the newest value was measured."""
        return when_of(max((one.person.standing.heard or 0 for one in self.stands), default=0) or None)


def whole(subject: int, released: Released, span: Span) -> Whole:
    """In two queries, three where there is very much."""
    standings = Standing.objects.filter(subject=subject).select_related("subject")
    rows = list(standings.order_by("-state", "-since", "kpi", "agent")[:SHOWN_AT_MOST])
    more = standings.count() - len(rows) if len(rows) == SHOWN_AT_MOST else 0
    start, end = span.micros
    transitions = Transition.objects.standing().filter(subject=subject, at__gte=start, at__lt=end)
    found = by_binding(transitions.order_by("kpi", "agent", "at", "pk")[:DRAWN_AT_MOST])
    return Whole([_stand(one, released, found.get((one.kpi, one.agent), []), span) for one in rows], more)


def _stand(standing: Standing, released: Released, transitions: Sequence[Transition], span: Span) -> Stand:
    watched = released.binding(standing.agent, standing.kpi)
    definition = released.definition(standing.kpi)
    segments = strip(of_binding(transitions, standing), standing.state, span)
    sentence = f"{definition.title or definition.name}, by {standing.agent}: {shares(segments)}"
    reason = reason_of(standing, watched) if watched else ""
    return Stand(definition, watched, reason, Stripe(Person.of(standing), segments, sentence))


def changes(subject: int, released: Released, at: str | None) -> tuple[Page[Transition], list[Change]]:
    """One page of what happened, the newest first."""
    page = Paginator(Transition.objects.filter(subject=subject).order_by("-at", "-pk"), PER_PAGE).get_page(at)
    return page, [change_of(one, released.definition(one.kpi).title) for one in page]
