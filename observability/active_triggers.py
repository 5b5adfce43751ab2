"""The triggers in force: of each enabled binding to an active KPI its own, else the KPI's thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.conditions import Condition, ConditionError, parse
from contracts.documents import KpiDocument
from contracts.documents.registry import Status
from contracts.durations import Duration, DurationError
from contracts.release import ReleaseDocument
from contracts.severity import Severity
from contracts.watched import WatchedAgent, WatchedBinding, WatchedTrigger
from contracts.watching import Watching
from observability.alert_names import alert_name


@dataclass(frozen=True, slots=True)
class ActiveTrigger:
    """One trigger that an agent acts on, with its conditions read. Lengths of time are seconds, 0 for none."""

    agent: WatchedAgent
    binding: WatchedBinding
    kpi: KpiDocument
    trigger: WatchedTrigger
    condition: Condition
    recovery: Condition | None
    for_: int
    keep_firing_for: int

    @property
    def severity(self) -> Severity:
        """The severity that the trigger raises."""
        return self.trigger.severity

    @property
    def alert(self) -> str:
        """The alert rule's name."""
        return alert_name(self.kpi.name, self.severity)

    @property
    def is_guarded(self) -> bool:
        """Whether it depends on an observation's context, which no metric has."""
        return bool(self.binding.guard)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What no rule can be made of, and why, as a sentence."""

    agent: str
    kpi: str
    reason: str


def active_triggers(document: ReleaseDocument) -> tuple[list[ActiveTrigger], list[LeftOut]]:
    """Every trigger in force, agent by agent in the roster's order, worst first; and what had to be left out."""
    watching = Watching(document)
    kpis = {kpi.name: kpi for kpi in document.registry.kpis}
    found: list[ActiveTrigger] = []
    left_out: list[LeftOut] = []
    for name in watching.agents:
        agent = watching.agent(name)
        if not agent.enabled:
            continue
        for binding in agent.bindings:
            kpi = kpis[binding.kpi]
            if binding.enabled and kpi.status is Status.ACTIVE:
                for trigger in binding.triggers:
                    _read(agent, binding, kpi, trigger, found, left_out)
    return found, left_out


def by_agent(triggers: list[ActiveTrigger]) -> Iterator[tuple[WatchedAgent, list[ActiveTrigger]]]:
    """Agent by agent, in the same order."""
    groups: dict[str, list[ActiveTrigger]] = {}
    for one in triggers:
        groups.setdefault(one.agent.name, []).append(one)
    return ((own[0].agent, own) for own in groups.values())


def _read(
    agent: WatchedAgent,
    binding: WatchedBinding,
    kpi: KpiDocument,
    trigger: WatchedTrigger,
    found: list[ActiveTrigger],
    left_out: list[LeftOut],
) -> None:
    try:
        active = ActiveTrigger(
            agent=agent,
            binding=binding,
            kpi=kpi,
            trigger=trigger,
            condition=parse(trigger.condition),
            recovery=parse(trigger.recover_if) if trigger.recover_if else None,
            for_=_seconds(trigger.for_),
            keep_firing_for=_seconds(trigger.keep_firing_for),
        )
    except (ConditionError, DurationError) as error:
        left_out.append(LeftOut(agent.name, kpi.name, f"{trigger.severity}: {error}"))
    else:
        found.append(active)


def _seconds(text: str) -> int:
    return Duration.parse(text).seconds if text else 0
