"""An agent's dashboard: how its people are now, and each KPI that it watches, in the colours of its own triggers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.severity import Severity
from observability.dashboard_uid import dashboard_uid
from observability.dashboards.colours import NO_DATA, NORMAL, SEVERITY_COLOURS
from observability.dashboards.fields import count_field, field, state_field
from observability.dashboards.kpi_panels import WatchedKpi, kpi_panels
from observability.dashboards.links import dashboard_links
from observability.dashboards.model import Annotation, Dashboard, Panel, Query, Row, Variable
from observability.dashboards.panels import stat, table, timeline
from observability.dashboards.queries import USER
from observability.dashboards.texts import plain, select
from observability.options import ExportOptions

FEW: Final = 12
"""KPIs that a page shows at once; beyond that, categories are closed at first and ask nothing."""
LONGEST_ROW: Final = 24
"""KPIs below one heading, at most."""
UNSORTED: Final = "Without a category"
_RANKS: Final = {Severity.CRITICAL: 3, Severity.WARNING: 2, Severity.INFO: 1}


def agent_dashboard(agent: str, watched: Sequence[WatchedKpi], options: ExportOptions) -> Dashboard:
    """The agent's dashboard, its KPIs by category in the order of its bindings."""
    state = select("auren_binding_state", agent=agent)
    seen = select("auren_series_last_observation_timestamp_seconds", agent=agent)
    return Dashboard(
        uid=dashboard_uid(agent),
        title=f"AUREN agent {plain(agent)}",
        description="Each KPI in the colours in which this agent acts. Grey is no data.",
        tags=("auren", "auren-agent"),
        rows=[Row("now", "Now", list(_now(agent))), *_by_category(agent, watched, options)],
        variables=[
            Variable("user", "Person", f"label_values({state}, user_id)"),
            Variable("source", "Source", f"label_values({seen}, measurement_source)"),
        ],
        annotations=[_releases(agent)],
        links=dashboard_links(options),
    )


def _now(agent: str) -> Iterator[Panel]:
    is_open = select("auren_binding_open_severity", USER, agent=agent)
    state = select("auren_binding_state", USER, agent=agent)
    seen = select("auren_agent_last_seen_timestamp_seconds", agent=agent)
    for severity, rank in _RANKS.items():
        yield stat(
            f"now/{severity}",
            f"{severity.capitalize()}, open",
            f"count({is_open} == {rank}) or vector(0)",
            count_field(NORMAL, bad_from=1, bad=SEVERITY_COLOURS[severity]),
            description="Episodes that are open, through silence as well: one for each person and KPI.",
        )
    yield stat("now/unknown", "Unknown", f"count({state} == -1) or vector(0)", count_field(NO_DATA))
    yield stat("now/seen", "Agent last seen", f"time() - max({seen})", field("s", decimals=0))
    followed = select("auren_agent_release", agent=agent)
    yield stat("now/release", "Follows release", f"max({followed})", field(decimals=0))
    yield timeline(
        "now/worst",
        "Worst that is open, of anybody",
        Query(f"max by (kpi) ({is_open})", "{{kpi}}"),
        state_field({0: "nothing open"}),
        width=14,
    )
    yield table(
        "now/people",
        "Who needs a look",
        f"topk(100, max by (kpi, user_id) ({is_open}))",
        state_field({0: "nothing open"}),
        columns={"user_id": "Person", "kpi": "KPI"},
        width=10,
    )


def _by_category(agent: str, watched: Sequence[WatchedKpi], options: ExportOptions) -> Iterator[Row]:
    """A row for each category, in the order in which they first come; long ones are parted."""
    groups: dict[str, list[WatchedKpi]] = {}
    for one in watched:
        groups.setdefault(plain(one.kpi.category), []).append(one)
    for category, kpis in groups.items():
        parts = [kpis[at : at + LONGEST_ROW] for at in range(0, len(kpis), LONGEST_ROW)]
        for number, part in enumerate(parts, 1):
            title = category.capitalize() or UNSORTED
            yield Row(
                f"category/{category}/{number}",
                f"{title} ({number} of {len(parts)})" if len(parts) > 1 else title,
                [panel for one in part for panel in kpi_panels(agent, one, options)],
                collapsed=len(watched) > FEW,
            )


def _releases(agent: str) -> Annotation:
    """The moments at which the agent was given another release."""
    numbered = f'count_values by (agent) ("release", {select("auren_agent_release", agent=agent)})'
    before = f'count_values by (agent) ("release", {select("auren_agent_release", agent=agent)} offset 1m)'
    return Annotation(
        "Releases",
        f"{numbered} unless {before}",
        "Release {{release}}",
        "{{agent}} follows release {{release}}",
    )
