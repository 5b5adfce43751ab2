"""The kill switch: an agent, or what it does about one KPI, is to do nothing until a moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from contracts.evaluation import SECOND
from contracts.limits import RUN_LIMITS
from contracts.naming import NearNames
from jobs.people import name_of
from protocols.errors import NoSuchRun, RunError
from protocols.models import Pause, ProtocolRun, ReasonCode
from protocols.services import news
from telemetry import contracts_now
from telemetry.storage import store

MINUTE: Final = 60 * SECOND
SHORTEST, LONGEST, USUAL = 1, 30 * 24 * 60, 60
"""Minutes."""
FORESEEN: Final = 4

MOST: Final = RUN_LIMITS["pauses of one agent at a time"]
"""Pauses of one agent that hold at a time."""


def require_known(agent: str, kpi: str = "") -> None:
    """Refuse a pause of what there is not: it would stop nothing, and whoever made it would believe that it did.

    An agent that is released no longer may still run, and be paused. Raises RunError.
    """
    released, runs = contracts_now.current(), ProtocolRun.objects.filter(agent=agent)
    if agent not in released.agents and not runs.exists():
        near = NearNames(sorted(released.agents)).question(agent)
        raise RunError("unknown_agent", "No released agent has this name.", near)
    if kpi and released.binding(agent, kpi) is None and not runs.filter(kpi=kpi).exists():
        watched = sorted(name for owner, name in released.watched if owner == agent)
        raise RunError("unknown_kpi", f"{agent} does not watch this KPI.", NearNames(watched).question(kpi))


def pauses_at(now: int, agents: Iterable[str] | None = None) -> list[Pause]:
    """The pauses that hold at a moment, of these agents or of all."""
    rows = Pause.objects.filter(Q(lifted__isnull=True) | Q(lifted__gt=now), since__lte=now, until__gt=now)
    return list(rows if agents is None else rows.filter(agent__in=list(agents)))


def pauses_to_come(agent: str, now: int) -> list[int]:
    """The next moments at which other pauses of an agent hold than before, in order; at most FORESEEN."""
    rows = Pause.objects.filter(Q(lifted__isnull=True) | Q(lifted__gt=now), agent=agent, until__gt=now)
    moments = {
        moment
        for since, until, lifted in rows.values_list("since", "until", "lifted")
        for moment in (since, until if lifted is None else min(lifted, until))
        if moment > now
    }
    return sorted(moments)[:FORESEEN]


def pause_of(agent: str, kpi: str, now: int) -> Pause | None:
    """The pause by which an agent is to do nothing about a KPI; the one that lasts longest."""
    mine = [one for one in pauses_at(now, [agent]) if one.kpi in ("", kpi)]
    return max(mine, key=lambda one: one.until, default=None)


def pause(
    agent: str, *, kpi: str = "", reason_code: str, words: str = "", minutes: int = USUAL, user: User | None,
    author_name: str = "", now: int,
) -> Pause:  # fmt: skip
    """Have an agent do nothing, about one KPI or at all. Raises RunError."""
    if not SHORTEST <= minutes <= LONGEST:
        raise RunError("too_long", f"A pause lasts from {SHORTEST} minute to {LONGEST // 1440} days.")
    if reason_code not in ReasonCode.values:
        raise RunError("unknown_reason", "Choose one of the reasons.")
    require_known(agent, kpi)
    with transaction.atomic():
        news.tell({agent})
        if len(pauses_at(now, [agent])) >= MOST:
            raise RunError("too_many", f"{agent} is paused {MOST} times over.", "Lift a pause first.")
        return Pause.objects.create(
            agent=agent,
            kpi=kpi,
            reason_code=reason_code,
            words=words,
            since=now,
            until=now + minutes * MINUTE,
            author=user,
            author_name=author_name or name_of(user),
            changed=store().now(),
        )


def lift(pk: int, *, user: User | None, author_name: str = "", now: int) -> Pause:
    """End a pause before its time; one that is over stays as it is. Raises NoSuchRun."""
    with transaction.atomic():
        found = Pause.objects.select_for_update().filter(pk=pk).first()
        if found is None:
            raise NoSuchRun("There is no such pause.")
        news.tell({found.agent})
        if found.lifted is None and found.until > now:
            found.lifted, found.lifted_name = max(now, found.since), author_name or name_of(user)
            found.changed = store().now()
            found.save(update_fields=["lifted", "lifted_name", "changed"])
        return found
