"""Judges a run: what was done, against what was declared."""

from __future__ import annotations

from collections.abc import Iterable

from protocols.conformance import rules  # noqa: F401  # fills the catalogue
from protocols.conformance.case import Case
from protocols.conformance.catalogue import RULES
from protocols.conformance.facts import HAND_OFF, UNDONE, Found, PauseFacts, RunFacts


def judge(facts: RunFacts, pauses: Iterable[PauseFacts], now: int) -> tuple[Found, ...]:
    """Every deviation of a run, by step and rule. It depends on nothing but what is handed in; what is not yet due is
    none. Of pauses, those of other agents do not matter."""
    case = Case.of(facts, pauses, now)
    found = [Found(rule.id, *breach) for rule in RULES.values() for breach in rule.check(case)]
    return tuple(sorted(found, key=lambda one: (one.place, one.rule)))


def next_due(facts: RunFacts, pauses: Iterable[PauseFacts], now: int) -> int | None:
    """Before which moment time alone makes nothing overdue; None when it never does.

    A pause may be lifted at any time, so it is as if all of them were over now: what is due may well be later.
    """
    if not facts.is_open:
        return None
    lifted = [
        one._replace(end=now) for one in pauses if one.since < now and (one.end is None or one.end > now)
    ]
    over = [one for one in pauses if one.end is not None and one.end <= now]
    case = Case.of(facts, [*over, *lifted], now)
    waiting = (
        step for step in facts.steps if step.declared and step.kind != HAND_OFF and step.stopped is None
    )
    undone = (step for step in waiting if step.state in UNDONE and not case.overdue_by(step, now))
    dues = (due for step in undone if (due := case.due(step)) is not None)
    return min((max(due, now) + 1 for due in dues), default=None)
