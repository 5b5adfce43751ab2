"""The dashboards' files. Their names are ours: of what a person wrote they have letters and digits only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from contracts.documents.registry import Status
from contracts.release import ReleaseDocument
from contracts.units import STANDARD_UNITS
from contracts.watching import Watching
from contracts.yamltree import paused_gc
from observability.active_triggers import ActiveTrigger, active_triggers
from observability.dashboards.agent import agent_dashboard
from observability.dashboards.classic import classic
from observability.dashboards.kpi_panels import WatchedKpi
from observability.dashboards.model import Dashboard
from observability.dashboards.overview import overview_dashboard
from observability.dashboards.states import states_dashboard
from observability.dashboards.v2 import v2
from observability.dashboards.written import written
from observability.exported_metrics import exported_metrics
from observability.options import ExportOptions, Files

_OTHER_SIGNS: Final = re.compile(r"[^a-z0-9]+")


def dashboard_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """Each dashboard in the classic form below ``grafana/dashboards``, in the newer one below ``…-v2``."""
    found: dict[str, str] = {}
    with paused_gc():  # a dashboard is thousands of objects without a circle, gone with the next one
        for name, dashboard in _dashboards(document, options):
            found[f"grafana/dashboards/{name}.json"] = written(classic(dashboard))
            found[f"grafana/dashboards-v2/{name}.json"] = written(v2(dashboard))
    return found


def file_name(agent: str, uid: str) -> str:
    """``agent-neuros-1a2b3c4d``: readable, and never the same for two agents."""
    readable = _OTHER_SIGNS.sub("-", agent.lower())[:40].strip("-")
    return "-".join(filter(None, ["agent", readable, uid.rpartition("-")[2][:8]]))


def _dashboards(document: ReleaseDocument, options: ExportOptions) -> Iterator[tuple[str, Dashboard]]:
    yield "overview", overview_dashboard(options)
    yield "states", states_dashboard(options)
    for agent, watched in watched_kpis(document):
        dashboard = agent_dashboard(agent, watched, options)
        yield file_name(agent, dashboard.uid), dashboard


def watched_kpis(document: ReleaseDocument) -> Iterator[tuple[str, list[WatchedKpi]]]:
    """Each enabled agent with the active KPIs that it watches, whether anything makes it act on them or not."""
    triggers: dict[tuple[str, str], list[ActiveTrigger]] = {}
    for one in active_triggers(document)[0]:
        triggers.setdefault((one.agent.name, one.kpi.name), []).append(one)
    kpis = {kpi.name: kpi for kpi in document.registry.kpis if kpi.status is Status.ACTIVE}
    units = dict(STANDARD_UNITS) | {unit.code: unit.as_spec() for unit in document.registry.units}
    metrics, watching = exported_metrics(document.registry.kpis), Watching(document)
    for name in watching.agents:
        agent = watching.agent(name)
        if agent.enabled:
            yield (
                name,
                [
                    WatchedKpi(
                        binding,
                        kpis[binding.kpi],
                        units.get(kpis[binding.kpi].unit),
                        metrics[binding.kpi],
                        triggers.get((name, binding.kpi), []),
                    )
                    for binding in {one.kpi: one for one in agent.bindings}.values()
                    if binding.enabled and binding.kpi in kpis
                ],
            )
