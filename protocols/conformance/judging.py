"""Judges a run: what was done, against what was declared."""

from __future__ import annotations

from collections.abc import Iterable

from protocols.conformance import rules  # noqa: F401  # fills the catalogue
from protocols.conformance.case import Case
from protocols.conformance.catalogue import RULES
from protocols.conformance.facts import Found, PauseFacts, RunFacts


def judge(facts: RunFacts, pauses: Iterable[PauseFacts], now: int) -> tuple[Found, ...]:
    """Every deviation of a run, by step and rule. It depends on nothing but what is handed in; what is not yet due is
    none. Of pauses, those of other agents do not matter."""
    case = Case.of(facts, pauses, now)
    found = [Found(rule.id, *breach) for rule in RULES.values() for breach in rule.check(case)]
    return tuple(sorted(found, key=lambda one: (one.place, one.rule)))


def next_due(facts: RunFacts, pauses: Iterable[PauseFacts], now: int) -> int | None:
    """The first moment at which time alone makes something overdue; None when there is none ahead."""
    case = Case.of(facts, pauses, now)
    if not facts.is_open:
        return None
    waiting = (step for step in facts.steps if step.declared and step.kind != "hand_off")
    dues = (case.due(step) for step in waiting if step.state in ("pending", "started"))
    return min((due + 1 for due in dues if due is not None and due >= now), default=None)
