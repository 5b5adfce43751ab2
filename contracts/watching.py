"""What an agent watches, as it is served to the agent: its bindings with each KPI's definition inside.

The body is plain JSON. A release reaches an agent only through it, so a publish that does not touch the agent
leaves every byte as it was. Reading it back needs the standard library alone: agents install this module.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Sequence
from typing import TYPE_CHECKING, Any

from contracts.conditions import ConditionError, parse
from contracts.drops import OLDER_KEY, canonical_drop
from contracts.guards import GuardError, parse_guard
from contracts.measures import unit_called
from contracts.severity import BINDING_WORD, BINDING_WORDS, HANDOFF_KEYS, TRIGGER_KEYS, Severity
from contracts.units import UnitSpec
from contracts.watched import (
    BodyError,
    Definition,
    WatchedAction,
    WatchedAgent,
    WatchedBinding,
    WatchedHandOff,
    WatchedRange,
    WatchedThreshold,
    WatchedTrigger,
    about,
)
from contracts.watched_reading import read_agent, read_body

if TYPE_CHECKING:  # an agent reads bodies without pydantic, which documents need
    from contracts.documents import (
        BindingDocument,
        BindingsDocument,
        HandOffDocument,
        KpiDocument,
        ThresholdDocument,
    )
    from contracts.release import ReleaseDocument
    from contracts.release_pieces import ReleasePieces

__all__ = [
    "BodyError",
    "Definition",
    "UnknownAgent",
    "WatchedAction",
    "WatchedAgent",
    "WatchedBinding",
    "WatchedHandOff",
    "WatchedRange",
    "WatchedThreshold",
    "WatchedTrigger",
    "Watching",
    "agent_body",
    "read_agent",
    "read_body",
    "watched_bindings",
]

_WORST_FIRST = sorted(Severity, key=lambda severity: -severity.rank)


class UnknownAgent(LookupError):
    """The release has no agent of that name."""


class Watching:
    """A release's document, asked agent by agent. Each agent is worked out once, and what agents share too."""

    def __init__(self, document: ReleaseDocument | ReleasePieces) -> None:
        self._roster, self._files = document.roster, document.bindings
        self._symbols = document.symbols
        self._kpis = document.kpis
        self._definitions: dict[str, Definition] = {}
        self._bound: dict[str, dict[str, BindingDocument]] = {}
        self._agents: dict[str, WatchedAgent | None] = dict.fromkeys(
            [*document.roster.agents, *document.bindings]
        )

    @property
    def agents(self) -> KeysView[str]:
        """Every agent's name: those on the roster in its order, then those that only have bindings."""
        return self._agents.keys()

    @property
    def kpis(self) -> list[str]:
        """Every KPI's name, in the registry's order."""
        return list(self._kpis)

    def agent(self, name: str) -> WatchedAgent:
        """What one agent watches and whom it asks. Raises UnknownAgent."""
        found = self._agents.get(name)
        if found is None:
            found = self._agents[name] = self._worked_out(name)
        return found

    def _worked_out(self, name: str) -> WatchedAgent:
        if name not in self._agents:
            raise UnknownAgent(f"The release has no agent called {name[:60]}.")
        entry = self._roster.agents.get(name)
        document = self._files.get(name)
        hand_offs = tuple(_hand_offs(document)) if document else ()
        return WatchedAgent(
            name=name,
            enabled=self.is_enabled(name),
            status=entry.status if entry else "",
            version=document.version if document else "",
            role=entry.role if entry else "",
            bindings=tuple(self._bindings(name, document, hand_offs)) if document else (),
            hand_offs=hand_offs,
        )

    def is_enabled(self, name: str) -> bool:
        """Whether an agent is switched on: also one that has bindings and is on no roster."""
        entry = self._roster.agents.get(name)
        return name in self._agents and (entry is None or entry.enabled)

    def binding(self, agent: str, kpi: str) -> WatchedBinding | None:
        """An agent's binding to a KPI, without working out its others; None where there is none."""
        document = self._files.get(agent)
        if document is None:
            return None
        if agent not in self._bound:
            self._bound[agent] = {one.key: one for one in reversed(document.kpis_used)}
        found = self._bound[agent].get(kpi)
        return self._binding(agent, found, tuple(_hand_offs(document))) if found else None

    def body(self, name: str) -> dict[str, Any]:
        """The same as JSON, as it is served: asked for once, so nothing is kept for it. Raises UnknownAgent."""
        known = self._agents.get(name)
        return (known or self._worked_out(name)).as_data()

    def definition(self, kpi: str) -> Definition | None:
        """A KPI as agents need to know it; None where the registry lacks it."""
        found = self._definitions.get(kpi)
        if found is None and kpi in self._kpis:
            found = _definition(self._kpis[kpi], self._symbols.get(kpi, ""))
            self._definitions[kpi] = found
        return found

    def _bindings(
        self, agent: str, document: BindingsDocument, hand_offs: Sequence[WatchedHandOff]
    ) -> Iterator[WatchedBinding]:
        found = (self._binding(agent, binding, hand_offs) for binding in document.kpis_used)
        return (one for one in found if one is not None)

    def _binding(
        self, agent: str, binding: BindingDocument, hand_offs: Sequence[WatchedHandOff]
    ) -> WatchedBinding | None:
        definition = self.definition(binding.key)
        # No release has a binding to a KPI that there is not; a document from elsewhere may, and nothing can be said
        # about its values.
        if definition is None:
            return None
        return WatchedBinding(
            agent=agent,
            kpi=binding.key,
            role=binding.role,
            enabled=binding.enabled,
            guard=_canonical_guard(binding.guard),
            triggers=tuple(_triggers(binding, unit_called(definition.unit))) or tuple(_inherited(definition)),
            actions=tuple(_actions(binding)),
            definition=definition,
            hand_offs=about(binding.key, hand_offs),
        )


def watched_bindings(document: ReleaseDocument, agent: str) -> list[WatchedBinding]:
    """An agent's bindings in a release. Raises UnknownAgent. For many agents, :class:`Watching` is faster."""
    return list(Watching(document).agent(agent).bindings)


def agent_body(document: ReleaseDocument, agent: str) -> dict[str, Any]:
    """What an agent is served, as JSON. Raises UnknownAgent. For many agents, :class:`Watching` is faster."""
    return Watching(document).body(agent)


def _triggers(binding: BindingDocument, unit: UnitSpec | None) -> Iterator[WatchedTrigger]:
    """The binding's own, worst first. Two of one severity share their timing."""
    found = []
    for key, severity in TRIGGER_KEYS.items():
        text: str = getattr(binding.alerting, key)
        if text:
            timing = getattr(binding.alerting.timing, BINDING_WORD[severity])
            found.append(
                WatchedTrigger(
                    severity=severity,
                    condition=canonical_drop(text) if key == OLDER_KEY else _canonical(text, unit),
                    for_=timing.for_,
                    keep_firing_for=timing.keep_firing_for,
                    recover_if=_canonical(timing.recover_if, unit),
                    inherited=False,
                )
            )
    return iter(sorted(found, key=lambda trigger: -trigger.severity.rank))


def _inherited(definition: Definition) -> Iterator[WatchedTrigger]:
    for threshold in definition.thresholds:
        yield WatchedTrigger(
            severity=threshold.severity,
            condition=threshold.condition,
            for_=threshold.for_,
            keep_firing_for=threshold.keep_firing_for,
            recover_if=threshold.recover_if,
            inherited=True,
        )


def _actions(binding: BindingDocument) -> Iterator[WatchedAction]:
    for action in binding.alerting.actions:
        # A word that is no severity stays: such an action is never taken, instead of always.
        on = str(BINDING_WORDS.get(action.on, action.on))
        yield WatchedAction(action.name, on, action.description, action.deadline)


def _hand_offs(document: BindingsDocument) -> Iterator[WatchedHandOff]:
    for key, severity in HANDOFF_KEYS.items():
        asked: list[HandOffDocument] = getattr(document.collaboration, key)
        for hand_off in asked:
            yield WatchedHandOff(severity, hand_off.agent, hand_off.reason, hand_off.kpi)


def _definition(kpi: KpiDocument, symbol: str) -> Definition:
    absolute, normal, unit = kpi.absolute_range, kpi.normal_range, unit_called(kpi.unit)
    return Definition(
        name=kpi.name,
        title=kpi.title,
        description=kpi.description,
        unit=kpi.unit,
        symbol=symbol,
        prometheus_metric=kpi.prometheus_metric,
        absolute_range=WatchedRange(absolute.min, absolute.max) if absolute else None,
        normal_range=WatchedRange(normal.min, normal.max, normal.optimal) if normal else None,
        missing_data=kpi.missing_data,
        status=str(kpi.status),
        thresholds=tuple(
            _threshold(severity, kpi.risk_thresholds[severity], unit)
            for severity in _WORST_FIRST
            if severity in kpi.risk_thresholds
        ),
    )


def _threshold(severity: Severity, threshold: ThresholdDocument, unit: UnitSpec | None) -> WatchedThreshold:
    return WatchedThreshold(
        severity=severity,
        condition=_canonical(threshold.condition, unit),
        action=threshold.action,
        for_=threshold.for_,
        keep_firing_for=threshold.keep_firing_for,
        recover_if=_canonical(threshold.recover_if, unit),
    )


def _canonical(condition: str, unit: UnitSpec | None) -> str:
    try:
        return str(parse(condition, unit)) if condition else ""
    except ConditionError:
        return condition  # kept as it is, and never true


def _canonical_guard(guard: str) -> str:
    try:
        return str(parse_guard(guard)) if guard else ""
    except GuardError:
        return guard
