"""Whom changes reach: agents, bindings, KPIs, and the alerts and dashboards that are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.diff import REGISTRY, Change, ChangeClass
from contracts.diffactions import ACTIONS
from contracts.diffagents import ROSTER
from contracts.release import EMPTY, ReleaseDocument
from contracts.severity import TRIGGER_KEYS

OVERVIEW = "overview"
"""The dashboard that shows all of them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Names, each kind in alphabetical order. A binding is ``AGENT/kpi``; an alert is a KPI or a binding with
    a severity behind it; a dashboard is the overview's or an agent's."""

    agents: tuple[str, ...] = ()
    bindings: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    dashboards: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            kind: len(getattr(self, kind)) for kind in ("agents", "bindings", "kpis", "alerts", "dashboards")
        }


def reach(
    changes: Iterable[Change], document: ReleaseDocument, before: ReleaseDocument | None = None
) -> Reach:
    """Whom these changes to ``document`` reach. ``before`` knows those that had what is gone now.

    A change of how a KPI alerts people reaches its alerts, and no agent: agents are not served it.
    """
    sides = (before or EMPTY, document)
    changes = list(changes)
    alone, _, _, all_alerts = subjects(change for change in changes if change.is_about_alerts)
    kpis, agents, bindings, all_of_it = subjects(change for change in changes if not change.is_about_alerts)
    known_kpis = {kpi.name for side in sides for kpi in side.registry.kpis}
    watching = [
        (name, row.key) for side in sides for name, whole in side.bindings.items() for row in whole.kpis_used
    ]
    if all_of_it:
        kpis |= known_kpis
    kpis &= known_kpis
    bindings |= {(agent, key) for agent, key in watching if key in kpis}
    agents |= {agent for agent, _ in bindings}
    touched = kpis | {key for _, key in bindings}
    alone = (known_kpis if all_alerts else alone & known_kpis) | kpis
    alerting = bindings | {(agent, key) for agent, key in watching if key in alone}
    alerts = {*kpi_alerts(sides, alone), *binding_alerts(sides, alerting)}
    dashboards = {OVERVIEW, *agents} if touched or agents else set()
    return Reach(
        agents=tuple(sorted(agents)),
        bindings=tuple(sorted(f"{agent}/{key}" for agent, key in bindings)),
        kpis=tuple(sorted(alone)),
        alerts=tuple(sorted(alerts)),
        dashboards=tuple(sorted(dashboards)),
    )


def subjects(changes: Iterable[Change]) -> tuple[set[str], set[str], set[tuple[str, str]], bool]:
    """What the changes are about: KPIs, agents, bindings, and whether it is the registry as a whole."""
    kpis: set[str] = set()
    agents: set[str] = set()
    bindings: set[tuple[str, str]] = set()
    all_of_it = False
    for change in changes:
        if change.subject in (REGISTRY, ROSTER, ACTIONS):
            all_of_it |= change.subject == REGISTRY and change.kind is not ChangeClass.COSMETIC
            continue
        name, slash, rest = change.subject.partition("/")
        if slash:
            bindings.add((name, rest.partition(" ")[0]))  # an action's name may stand behind it
        elif name.isupper():
            agents.add(name)
        else:
            kpis.add(name)
    return kpis, agents, bindings, all_of_it


def kpi_alerts(sides: Iterable[ReleaseDocument], kpis: set[str]) -> Iterable[str]:
    """Every threshold of these KPIs."""
    for side in sides:
        for kpi in side.registry.kpis:
            if kpi.name in kpis:
                yield from (f"{kpi.name} {severity}" for severity in kpi.risk_thresholds)


def binding_alerts(sides: Iterable[ReleaseDocument], bindings: set[tuple[str, str]]) -> Iterable[str]:
    """Every trigger of these bindings."""
    for side in sides:
        for agent, whole in side.bindings.items():
            for row in whole.kpis_used:
                if (agent, row.key) in bindings:
                    severities = {s for key, s in TRIGGER_KEYS.items() if getattr(row.alerting, key)}
                    yield from (f"{agent}/{row.key} {severity}" for severity in severities)
