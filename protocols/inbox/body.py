"""What an agent's inbox says: the runs in which something is left to do, or why nothing is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.db.models import Q, QuerySet

from contracts.limits import RUN_LIMITS
from protocols.inbox.run_data import Called, as_sent, loaded, runs_data
from protocols.models import Pause, ProtocolRun
from protocols.services.pausing import pauses_at
from protocols.timing import RUN_WITHIN
from telemetry.contracts_now import iso

MOST_RUNS: Final = RUN_LIMITS["runs in one answer of an inbox"]
"""Runs in one answer."""


def inbox_of(agent: str, now: int, *, since: int | None = None, called: Called = as_sent) -> dict[str, Any]:
    """The inbox at a moment, in microseconds: the most severe first, then the oldest.

    With ``since``, a cursor, only what has changed since then, also what has ended; the inbox as a whole where more has
    than fits, and where a pause hid something meanwhile. ``since`` of the answer says which of the two it is. While the
    agent is paused there are no runs, and none of a KPI about which it is; ``total`` counts all that are open.
    """
    pauses = pauses_at(now, [agent])
    own = ProtocolRun.objects.filter(agent=agent)
    whole = _longest([one for one in pauses if not one.kpi])
    runs = None if since is None or _was_paused(agent, now) else _changed(own, since)
    if runs is None:
        since = None
        ready = own.open().exclude(kpi__in=[one.kpi for one in pauses if one.kpi])
        worst = loaded(ready, whole=False).order_by("-severity", "opened", "pk")
        runs = [] if whole else list(worst[:MOST_RUNS])
    return {
        "agent": agent,
        "since": since,
        "paused": pause_data(whole) if whole else None,
        "paused_kpis": _by_kpi(pauses),
        "total": own.open().count(),
        "runs": runs_data(runs, called=called),
    }


def _changed(own: QuerySet[ProtocolRun], since: int) -> list[ProtocolRun] | None:
    """What has changed since a cursor; None where more has than fits."""
    rows = loaded(own.filter(changed__gte=since), whole=False).order_by("changed", "pk")
    runs = sorted(rows[: MOST_RUNS + 1], key=lambda run: (-run.severity, run.opened, run.pk))
    return runs if len(runs) <= MOST_RUNS else None


def _was_paused(agent: str, now: int) -> bool:
    """Whether a pause may have hidden what changed: since it ended, everything that was open then may still be."""
    lately = now - RUN_WITHIN
    rows = Pause.objects.filter(agent=agent, since__lte=now, until__gt=lately)
    return rows.filter(Q(lifted__isnull=True) | Q(lifted__gt=lately)).exists()


def as_bytes(inbox: dict[str, Any]) -> bytes:
    """The very bytes that are served, whichever way they come."""
    return orjson.dumps(inbox)


def pause_data(pause: Pause) -> dict[str, str]:
    """Why an agent is to do nothing, and until when."""
    reason = pause.get_reason_code_display()
    return {
        "since": iso(pause.since),
        "until": iso(pause.until),
        "reason": f"{reason}: {pause.words}" if pause.words else reason,
    }


def _by_kpi(pauses: Sequence[Pause]) -> dict[str, dict[str, str]]:
    kpis = sorted({one.kpi for one in pauses if one.kpi})
    longest = {kpi: _longest([one for one in pauses if one.kpi == kpi]) for kpi in kpis}
    return {kpi: pause_data(one) for kpi, one in longest.items() if one}


def _longest(pauses: Sequence[Pause]) -> Pause | None:
    return max(pauses, key=lambda one: (one.until, one.pk), default=None)
