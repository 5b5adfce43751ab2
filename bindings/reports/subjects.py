"""How many findings each agent has, and the KPIs as a whole: what lists and the first page show of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bindings.reports.entries import Entry
from contracts.findings import Level

WORST = 5
"""KPIs that are named."""
SERIOUS = (str(Level.ERROR), str(Level.WARNING))
Counts = dict[str, int]
"""How many findings of each level, without levels that do not occur."""


def of_agents(entries: Iterable[Entry]) -> dict[str, Counts]:
    """By name, those of their bindings too; agents without findings are left out. What is waived does not count."""
    found: dict[str, Counter[str]] = {}
    for entry in entries:
        if entry.agent and not entry.waived:
            found.setdefault(entry.agent, Counter())[entry.level] += 1
    return {agent: dict(counts) for agent, counts in found.items()}


def of_kpis(entries: Iterable[Entry]) -> dict[str, Any]:
    """``counts`` of all KPIs, and ``worst``: the names of those with the gravest findings, each with its counts."""
    found: dict[str, Counter[str]] = {}
    for entry in entries:  # the worst first
        if entry.kpi and not entry.agent and not entry.waived:
            found.setdefault(entry.kpi, Counter())[entry.level] += 1
    total: Counter[str] = sum(found.values(), Counter())
    troubled = [(kpi, dict(counts)) for kpi, counts in found.items() if any(map(counts.get, SERIOUS))]
    return {"counts": dict(total), "worst": troubled[:WORST]}
