"""The value objects of what an agent watches, and how they are written as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.severity import Severity


class BodyError(ValueError):
    """The data are not what an agent is served; the message names the place and what was expected there."""


@dataclass(frozen=True, slots=True)
class WatchedRange:
    """The lowest and the highest value, both included; None where there is no limit."""

    min: Decimal | None = None
    max: Decimal | None = None
    optimal: Decimal | None = None

    def as_data(self, *, with_optimal: bool) -> dict[str, Any]:
        """As JSON."""
        data = {"min": json_number(self.min), "max": json_number(self.max)}
        return data | ({"optimal": json_number(self.optimal)} if with_optimal else {})


@dataclass(frozen=True, slots=True)
class WatchedTrigger:
    """What makes the agent act: a severity with its condition. ``inherited`` from the KPI's thresholds."""

    severity: Severity
    condition: str
    for_: str = ""
    keep_firing_for: str = ""
    recover_if: str = ""
    inherited: bool = False

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "severity": str(self.severity),
            "condition": self.condition,
            "for": self.for_,
            "keep_firing_for": self.keep_firing_for,
            "recover_if": self.recover_if,
            "inherited": self.inherited,
        }


@dataclass(frozen=True, slots=True)
class WatchedThreshold:
    """The KPI's own severity with its condition, and the action that it recommends."""

    severity: Severity
    condition: str
    action: str = ""
    for_: str = ""
    keep_firing_for: str = ""
    recover_if: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "severity": str(self.severity),
            "condition": self.condition,
            "action": self.action,
            "for": self.for_,
            "keep_firing_for": self.keep_firing_for,
            "recover_if": self.recover_if,
        }


@dataclass(frozen=True, slots=True)
class WatchedAction:
    """One step that the agent takes; ``on`` is the only severity at which it does, "" for all."""

    name: str
    on: str = ""
    description: str = ""
    deadline: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "on": self.on,
            "description": self.description,
            "deadline": self.deadline,
        }


@dataclass(frozen=True, slots=True)
class WatchedHandOff:
    """Another agent that is asked at a severity, and why; ``kpi`` is the only one it is about, "" for all."""

    severity: Severity
    agent: str
    reason: str = ""
    kpi: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "severity": str(self.severity),
            "agent": self.agent,
            "kpi": self.kpi,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Definition:
    """A KPI as agents need to know it; its thresholds are worst first."""

    name: str
    title: str = ""
    description: str = ""
    unit: str = ""
    symbol: str = ""
    prometheus_metric: str = ""
    absolute_range: WatchedRange | None = None
    normal_range: WatchedRange | None = None
    missing_data: str = ""
    status: str = "active"
    thresholds: tuple[WatchedThreshold, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        absolute, normal = self.absolute_range, self.normal_range
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "unit": self.unit,
            "symbol": self.symbol,
            "prometheus_metric": self.prometheus_metric,
            "absolute_range": absolute.as_data(with_optimal=False) if absolute else None,
            "normal_range": normal.as_data(with_optimal=True) if normal else None,
            "missing_data": self.missing_data,
            "status": self.status,
            "thresholds": [threshold.as_data() for threshold in self.thresholds],
        }


@dataclass(frozen=True, slots=True)
class WatchedBinding:
    """One KPI that an agent watches: when it acts and what it does. Its triggers are worst first."""

    agent: str
    kpi: str
    role: str
    enabled: bool
    guard: str
    triggers: tuple[WatchedTrigger, ...]
    actions: tuple[WatchedAction, ...]
    definition: Definition
    hand_offs: tuple[WatchedHandOff, ...] = ()
    """Those of the agent's that are about this KPI; the body says them once, for all bindings."""

    def __hash__(self) -> int:
        return hash(
            (self.agent, self.kpi)
        )  # asked for every observation; the whole would take 50 times as long

    def actions_at(self, severity: Severity | str) -> tuple[WatchedAction, ...]:
        """The steps that the agent takes at a severity, in order."""
        return tuple(action for action in self.actions if not action.on or action.on == severity)

    def hand_offs_at(self, severity: Severity | str) -> tuple[WatchedHandOff, ...]:
        """Whom the agent asks at a severity of this KPI, in order."""
        return tuple(one for one in self.hand_offs if one.severity == severity)

    def as_data(self) -> dict[str, Any]:
        """As JSON, without the agent's name: the body says it once."""
        return {
            "kpi": self.kpi,
            "role": self.role,
            "enabled": self.enabled,
            "guard": self.guard,
            "triggers": [trigger.as_data() for trigger in self.triggers],
            "actions": [action.as_data() for action in self.actions],
            "definition": self.definition.as_data(),
        }


@dataclass(frozen=True, slots=True)
class WatchedAgent:
    """An agent with all that it watches; its hand-offs are worst first."""

    name: str
    enabled: bool = True
    status: str = ""
    version: str = ""
    role: str = ""
    bindings: tuple[WatchedBinding, ...] = ()
    hand_offs: tuple[WatchedHandOff, ...] = ()

    def binding(self, kpi: str) -> WatchedBinding | None:
        """The agent's binding to a KPI, or None."""
        return next((binding for binding in self.bindings if binding.kpi == kpi), None)

    def as_data(self) -> dict[str, Any]:
        """As JSON, as it is served."""
        return {
            "agent": self.name,
            "enabled": self.enabled,
            "status": self.status,
            "version": self.version,
            "role": self.role,
            "bindings": [binding.as_data() for binding in self.bindings],
            "hand_offs": [hand_off.as_data() for hand_off in self.hand_offs],
        }


def about(kpi: str, hand_offs: Iterable[WatchedHandOff]) -> tuple[WatchedHandOff, ...]:
    """The hand-offs that are about a KPI: those that name it, and those that name none."""
    return tuple(one for one in hand_offs if one.kpi in ("", kpi))


def json_number(value: Decimal | None) -> int | float | None:
    """A decimal as JSON writes it. Exact: a contract's numbers have at most 15 digits, which fit a double."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
