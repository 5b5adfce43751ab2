"""Hand-offs that nobody has answered: who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from protocols.models import HandOffOffer
from protocols.pages.filters import Whose
from telemetry import contracts_now
from telemetry.contracts_now import Released
from telemetry.pages.words import WORDS, called, kind_of, when_of

OFFERS_NAMED: Final = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hand-off that nobody has answered: who asked whom, about whom, and until when they may."""

    run: int
    child: int | None
    source: str
    target: str
    reason: str
    title: str
    person: str
    kind: str
    word: str
    due: datetime | None
    is_over: bool
    is_declared: bool = True


def waiting(now: int, whose: Whose) -> list[Waiting]:
    """What waits for whom, what is due first; one query."""
    rows = HandOffOffer.objects.filter(whose("step__run__"), answered__isnull=True)
    rows = rows.select_related("step__run__subject", "child").order_by("due", "pk")
    released = contracts_now.current()
    return [_waiting(one, released, now) for one in rows[:OFFERS_NAMED]]


def _waiting(offer: HandOffOffer, released: Released, now: int) -> Waiting:
    run = offer.step.run
    kind = kind_of(run.severity)
    child = getattr(offer, "child", None)
    return Waiting(
        run=run.pk,
        child=child.pk if child else None,
        source=offer.source,
        target=offer.target,
        reason=offer.reason,
        title=released.definition(run.kpi).title or run.kpi,
        person=called(run.subject_id, run.subject.user_id),
        kind=kind,
        word=WORDS[kind],
        due=when_of(offer.due),
        is_over=offer.due <= now,
        is_declared=offer.step.declared,
    )
