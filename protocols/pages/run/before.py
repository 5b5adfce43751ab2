"""How often the same trigger was right before: what became of its runs in the last 30 days. Capped, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, Subquery

from contracts.evaluation import SECOND
from contracts.triggers import read_condition
from protocols.lifecycle import PEOPLE, RunState
from protocols.models import Intervention, ProtocolRun, Step
from telemetry.models import Observation

DAYS: Final = 30
AT_MOST: Final = 200
"""Runs that are looked at, the newest; each needs a look at what was measured after it."""
SIMILAR: Final = 5


class Earlier(NamedTuple):
    """A run of the same trigger. ``next_value`` is the reading after the one that opened it, None for none yet."""

    pk: int
    subject: int
    opened: int
    state: str
    condition: str
    episode_ended: int | None
    next_value: float | None
    next_at: int | None
    was_begun: bool
    was_agreed: bool

    @property
    def is_confirmed(self) -> bool:
        """Whether the next reading said the same: by the condition where it is about the value itself, else by the
        contract, which went on."""
        if self.next_value is None or self.next_at is None:
            return False
        condition, _ = read_condition(self.condition)
        if condition is not None and not condition.changes:
            return self.next_value in condition.values
        return self.episode_ended is None or self.episode_ended > self.next_at


@dataclass(frozen=True, slots=True)
class Record:
    """Of ``n`` runs, what became of them."""

    n: int
    confirmed: int
    unchecked: int
    overridden: int
    agreed: int
    recovered_first: int
    is_capped: bool

    @property
    def checked(self) -> int:
        """Those after which there was another reading."""
        return self.n - self.unchecked


def earlier(run: ProtocolRun, now: int) -> list[Earlier]:
    """The newest runs of the same trigger within 30 days, without this one; one query, one more than are counted."""
    first = now - DAYS * 24 * 3600 * SECOND
    after = Observation.objects.filter(
        series__subject=OuterRef("subject"), series__kpi=OuterRef("kpi"), series__agent=OuterRef("agent"),
        series__source=OuterRef("source"), at__gt=OuterRef("opened"),
    ).order_by("at")  # fmt: skip
    begun = Step.objects.filter(run=OuterRef("pk")).filter(
        Q(started__isnull=False) | Q(finished__isnull=False)
    )
    agreed = Intervention.objects.filter(run=OuterRef("pk"), kind=Intervention.Kind.AGREE)
    rows = (
        ProtocolRun.objects.filter(
            kpi=run.kpi, agent=run.agent, rule=run.rule, offer__isnull=run.offer_id is None, opened__gte=first
        )
        .exclude(pk=run.pk)
        .order_by("-opened", "-pk")
        .annotate(
            next_value=Subquery(after.values("value")[:1]),
            next_at=Subquery(after.values("at")[:1]),
            was_begun=Exists(begun),
            was_agreed=Exists(agreed),
        )
    )
    fields = (
        "pk", "subject", "opened", "state", "condition", "episode_ended", "next_value", "next_at", "was_begun",
        "was_agreed",
    )  # fmt: skip
    return [Earlier(*row) for row in rows.values_list(*fields)[: AT_MOST + 1]]


def record(found: Sequence[Earlier]) -> Record:
    """What became of them. Pure."""
    counted = found[:AT_MOST]
    return Record(
        n=len(counted),
        confirmed=sum(one.is_confirmed for one in counted),
        unchecked=sum(one.next_value is None for one in counted),
        overridden=sum(one.state in PEOPLE for one in counted),
        agreed=sum(one.was_agreed for one in counted),
        recovered_first=sum(one.state == RunState.RECOVERED and not one.was_begun for one in counted),
        is_capped=len(found) > AT_MOST,
    )
