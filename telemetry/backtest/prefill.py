"""What a "What if" begins with: the conditions in force, and those of the draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

from bindings.models import Trigger
from contracts.severity import REGISTRY_WORD, Severity
from kpis.models import Threshold
from kpis.models.condition_row import ConditionRow
from telemetry.backtest.questions import Refused, released

_WORST_FIRST = sorted(Severity, key=lambda severity: -severity.rank)
Person = AbstractBaseUser | AnonymousUser | PermissionsMixin


@dataclass(frozen=True, slots=True)
class Prefill:
    """Conditions by their severity, as they are in force and as the draft has them."""

    in_force: dict[Severity, str]
    draft: dict[Severity, str]

    @property
    def severity(self) -> Severity | None:
        """Which to ask about: the worst that the draft changes, else the worst that there is."""
        changed = [one for one in _WORST_FIRST if self.draft.get(one, "") not in ("", self.in_force.get(one))]
        there = [one for one in _WORST_FIRST if one in self.in_force]
        return next(iter([*changed, *there]), None)

    @property
    def initial(self) -> dict[str, Any]:
        """What the form shows first; nothing where there is no condition at all."""
        severity = self.severity
        if severity is None:
            return {}
        return {
            "severity": str(severity),
            "condition": self.draft.get(severity) or self.in_force[severity],
        }

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """Severity, its word, the condition in force and the draft's where that is another."""
        return [
            (str(one), REGISTRY_WORD[one], self.in_force.get(one, ""), self._changed(one))
            for one in _WORST_FIRST
            if one in self.in_force or self._changed(one)
        ]

    def _changed(self, severity: Severity) -> str:
        draft = self.draft.get(severity, "")
        return "" if draft == self.in_force.get(severity) else draft


def prefill(kpi: str, agent: str, person: Person) -> Prefill:
    """Of a KPI as such, or as an agent acts on it. The draft is for those who may see it; two queries at most."""
    try:
        in_force = {one.severity: one.condition for one in reversed(released(kpi, agent).triggers)}
    except Refused:
        in_force = {}
    return Prefill(in_force, _draft(kpi, agent, person))


def _draft(kpi: str, agent: str, person: Person) -> dict[Severity, str]:
    may_see = getattr(person, "has_perm", lambda name: False)
    found: dict[Severity, str] = {}
    if agent and may_see("bindings.view_agent"):
        found = _by_severity(Trigger.objects.filter(binding__agent__name=agent, binding__kpi__name=kpi))
    if not found and may_see("kpis.view_kpi"):
        found = _by_severity(Threshold.objects.filter(kpi__name=kpi))
    return found


def _by_severity(rows: Iterable[ConditionRow]) -> dict[Severity, str]:
    """Two triggers of one severity act as one: either condition is enough."""
    found: dict[Severity, str] = {}
    for row in rows:
        severity = Severity(row.severity)
        found[severity] = " or ".join(filter(None, [found.get(severity, ""), row.condition]))
    return found
