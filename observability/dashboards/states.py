"""The dashboard of states and transitions: of every agent, KPI and person, or of those that are chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from observability.dashboards.colours import NO_DATA
from observability.dashboards.fields import STATES, count_field, field, state_field
from observability.dashboards.links import STATES_UID, dashboard_links
from observability.dashboards.model import Annotation, Dashboard, Panel, Query, Row, Variable
from observability.dashboards.panels import lines, stat, table, timeline
from observability.dashboards.queries import AGENT, KPI, PERIOD, USER
from observability.dashboards.texts import select
from observability.options import ExportOptions

RELEASES: Final = Annotation(
    "Releases",
    "max by (channel, release) (auren_release_info) unless max by (channel, release) (auren_release_info offset 1m)",
    "Release {{release}}",
    "Channel {{channel}} is on release {{release}}",
)
"""The moments at which a channel was moved to another release."""


def states_dashboard(options: ExportOptions) -> Dashboard:
    """How people stand, since when, and what moves."""
    state = "auren_binding_state"
    return Dashboard(
        uid=STATES_UID,
        title="AUREN states and transitions",
        description="How people stand with each agent and KPI, and what changes. Grey is no data.",
        rows=[
            Row("people", "People", list(_people())),
            Row("states", "States", list(_states())),
            Row("transitions", "Transitions", list(_transitions())),
        ],
        variables=[
            Variable("agent", "Agent", f"label_values({state}, agent)"),
            Variable("kpi", "KPI", f"label_values({state}{{{AGENT}}}, kpi)"),
            Variable("user", "Person", f"label_values({state}{{{AGENT},{KPI}}}, user_id)"),
        ],
        annotations=[RELEASES],
        links=dashboard_links(options),
        since="now-2d",
    )


def _people() -> Iterator[Panel]:
    state = select("auren_binding_state", AGENT, KPI, USER)
    is_open = select("auren_binding_open_severity", AGENT, KPI, USER)
    yield lines(
        "people/states",
        "People by state",
        [Query(f"count({state} == {number}) or vector(0)", word) for number, word, _ in STATES],
        field(decimals=0, palette=True, custom={"fillOpacity": 10}),
        width=14,
        description="One for each person and binding.",
    )
    yield table(
        "people/open",
        "Who needs a look",
        f"topk(100, max by (agent, kpi, user_id) ({is_open}))",
        state_field({0: "nothing open"}),
        columns={"user_id": "Person", "agent": "Agent", "kpi": "KPI"},
        width=10,
    )
    yield stat(
        "people/silent",
        "Silent while something is open",
        f"count({state} == -1 and {is_open} > 0) or vector(0)",
        count_field(bad_from=1, bad=NO_DATA),
        width=24,
        description="Nothing is heard of these people any more, and their episode is still open.",
    )


def _states() -> Iterator[Panel]:
    labels = "max by (agent, kpi, user_id)"
    legend = "{{agent}} {{kpi}} {{user_id}}"
    for key, title, metric, names in (
        ("states/now", "States", "auren_binding_state", {}),
        ("states/open", "Open episodes", "auren_binding_open_severity", {0: "nothing open"}),
    ):
        query = Query(f"{labels} ({select(metric, AGENT, KPI, USER)})", legend)
        yield timeline(key, title, query, state_field(names), height=12)


def _transitions() -> Iterator[Panel]:
    moved = select("auren_transitions_total", AGENT, KPI)
    yield lines(
        "transitions/rate",
        "Transitions",
        [Query(f"sum by (from, to) (increase({moved}{PERIOD}))", "{{from}} to {{to}}")],
        field(decimals=1, palette=True, custom={"drawStyle": "bars", "fillOpacity": 60}),
        width=14,
    )
    yield table(
        "transitions/most",
        "Most transitions in a day",
        f"topk(20, sum by (agent, kpi) (increase({moved}[1d])))",
        field(decimals=1),
        columns={"agent": "Agent", "kpi": "KPI"},
        width=10,
    )
