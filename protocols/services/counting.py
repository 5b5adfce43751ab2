"""How often agents deviate, and how their hand-offs were answered: queries for pages and reports."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, F, Max, Q, QuerySet
from django.db.models.functions import Greatest

from protocols.lifecycle import OfferState
from protocols.models import Deviation, HandOffOffer, ProtocolRun


def deviations_of(agent: str, since: int, kpi: str = "") -> QuerySet[Deviation]:
    """What an agent did otherwise than declared since a moment, about one KPI or about all."""
    rows = Deviation.objects.filter(run__agent=agent, at__gte=since)
    return rows.filter(run__kpi=kpi) if kpi else rows


def by_rule(rows: QuerySet[Deviation]) -> QuerySet[Deviation, dict[str, Any]]:
    """How many of each rule, of how many runs, and what people thought of them; in the order of the rules."""
    judged = {str(one): Count("pk", filter=Q(judgement=one)) for one in Deviation.Judgement if one}
    return (
        rows.order_by()
        .values("rule")
        .annotate(count=Count("pk"), runs=Count("run", distinct=True), last=Max("at"), **judged)
        .order_by("rule")
    )


def by_step(rows: QuerySet[Deviation]) -> QuerySet[Deviation, dict[str, Any]]:
    """How many of each rule by KPI and the name of the step: which action is missed, late or failed most."""
    return (
        rows.filter(place__gt=0, run__steps__number=F("place"))
        .order_by()
        .values("run__kpi", "run__steps__kind", "run__steps__name", "rule")
        .annotate(count=Count("pk"))
        .order_by("-count", "run__kpi", "run__steps__name", "rule")
    )


def edges(since: int, agent: str = "") -> QuerySet[HandOffOffer, dict[str, Any]]:
    """Of each pair of agents: how many hand-offs since a moment, how many accepted, refused and ignored, and after how
    long they were accepted (mean, in microseconds). ``agent`` is either end; "" is everybody."""
    rows = HandOffOffer.objects.filter(offered__gte=since)
    if agent:
        rows = rows.filter(Q(source=agent) | Q(target=agent))
    counted = {
        str(state): Count("pk", filter=Q(state=state))
        for state in (OfferState.ACCEPTED, OfferState.REFUSED, OfferState.IGNORED, OfferState.WITHDRAWN)
    }
    # From when the other agent could know: of a reading that came late, the offer itself is older.
    took = Avg(Greatest(F("answered") - F("child__recorded"), 0), filter=Q(state=OfferState.ACCEPTED))
    return (
        rows.order_by()
        .values("source", "target")
        .annotate(offers=Count("pk"), took=took, **counted)
        .order_by("source", "target")
    )


def conformance_of(agent: str, since: int) -> tuple[int, int]:
    """How many runs of an agent were opened since a moment, and how many of them have no deviation."""
    runs = ProtocolRun.objects.filter(agent=agent, opened__gte=since)
    found = runs.aggregate(
        all=Count("pk", distinct=True), straight=Count("pk", filter=Q(deviations__isnull=True), distinct=True)
    )
    return found["all"], found["straight"]
