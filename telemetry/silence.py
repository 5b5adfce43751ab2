"""What time alone brings: a state once its value has stood for long enough, and ``unknown`` once nothing came for
too long. A job looks every minute; an observation that comes first finds the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import transaction

from telemetry import contracts_now
from telemetry.contracts_now import Released
from telemetry.episodes import EpisodeChange, follow
from telemetry.models import Standing
from telemetry.progress import Progress, no_progress
from telemetry.standing_judging import Judging, unwatched
from telemetry.storage import hold, store
from telemetry.storage.shapes import Settled, StandingKey, TallyKey, TransitionRow

TRANSITIONS = "transitions"
AT_ONCE = 1000
"""Standings in one transaction: as long as somebody's observations may have to wait."""


def let_time_pass(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Bring every standing that is due by a moment up to it; how many were, and how many changed their state."""
    due = Standing.objects.filter(due__lte=now).order_by("due", "pk")
    found = Counter({"looked_at": 0, "changed": 0})
    rows = due.values_list("subject", "kpi", "agent")
    while some := [StandingKey(*row) for row in rows[:AT_ONCE]]:
        found.update(_looked_at(contracts_now.current(), some, now))
        progress(found["looked_at"], 0, "letting time pass")
    return dict(found)


def renew(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """After a contract was released: how long a value lasts, and a condition must hold, may be another by now.

    Every standing that was evaluated by another release is due when the one in force says, and is brought up to
    now. What it stands at only changes by time or by a value. Where nobody watches any longer, nothing is due.
    """
    released = contracts_now.load()  # not what this process holds, which may be half a second old
    found = Counter({"looked_at": 0, "changed": 0})
    last = 0
    rows = Standing.objects.order_by("pk").values_list("pk", "subject", "kpi", "agent", "release", "due")
    while some := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        last = some[-1][0]
        old = [StandingKey(*row[1:4]) for row in some if _is_old(released, *row[2:])]
        if old:
            found.update(_looked_at(released, old, now))
        progress(last, 0, "reckoning by the contract in force")
    return dict(found)


def _is_old(released: Released, kpi: str, agent: str, release: int, due: int | None) -> bool:
    """Whether a standing was evaluated by another contract than is in force."""
    watched = released.binding(agent, kpi)
    if watched is None or watched.evaluator is None:
        # A silent one as well: what comes from now on is nobody's to judge.
        return release != 0 or due is not None
    return watched.release != release


def _looked_at(released: Released, keys: Sequence[StandingKey], now: int) -> Counter[str]:
    """Bring some up to now, in one transaction; they are read again once their people are held."""
    with transaction.atomic():
        there = hold(sorted({key.subject for key in keys}))
        work = store()
        rows = work.standings({key for key in keys if key.subject in there})
        settled: list[Settled] = []
        transitions: list[TransitionRow] = []
        changes: list[EpisodeChange] = []
        for key, row in rows.items():
            watched = released.binding(key.agent, key.kpi)
            evaluator = watched.evaluator if watched else None
            if watched is None or evaluator is None:
                settled.append(unwatched(row, now))
                if row.open_severity and row.release:
                    changes.append(
                        EpisodeChange(key, row.open_severity, 0, now, row.release, None, is_unwatched=True)
                    )
                continue
            judging = Judging.of(key, watched, evaluator, row, now)
            judging.follow_release(now)
            judging.let_pass(now)
            found, _ = judging.settled()
            if not judging.is_as_it_was(found):
                settled.append(found)
            transitions += judging.transitions
            changes += judging.changes(found)
        work.settle_standings(settled)
        work.add_transitions(transitions)
        tallies: Counter[tuple[str, ...]] = Counter(_tallies(transitions))
        follow(work, changes, now, tallies)
        work.count({TallyKey(*key): count for key, count in tallies.items()})
    changed = {(one.agent, one.kpi, one.subject) for one in transitions}
    return Counter({"looked_at": len(keys), "changed": len(changed)})


def _tallies(transitions: Sequence[TransitionRow]) -> dict[TallyKey, int]:
    counted = Counter(
        TallyKey(TRANSITIONS, one.agent, one.kpi, f"{one.before}>{one.after}") for one in transitions
    )
    return dict(counted)
