"""Where a dashboard leads to: pages of the admin, runbooks, other dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from observability.dashboards.model import Link
from observability.dashboards.texts import path_part
from observability.options import ExportOptions

STATES_UID: Final = "auren-states"
OVERVIEW_UID: Final = "auren-overview"
_THRESHOLD_RUNBOOK: Final = "kpi-threshold.md"
_SAFE: Final = "/:?&=#%@!*'(),;+~-._"


def address(base: str, path: str = "") -> str:
    """An address below one that the options name, where Grafana finds no variable."""
    return "".join(sign if sign.isalnum() or sign in _SAFE else path_part(sign) for sign in base) + path


def dashboard_links(options: ExportOptions) -> Sequence[Link]:
    """The admin, and the runbooks where the options say where those are."""
    admin = Link("AUREN Admin", address(options.admin_url, "/admin/"))
    return [admin, *([Link("Runbooks", address(options.runbook_url))] if options.runbook_url else [])]


def kpi_links(agent: str, kpi: str, options: ExportOptions) -> Sequence[Link]:
    """Of one KPI of one agent: its page in the admin, its states, and what to do when it alerts."""
    page = f"/admin/telemetry/standing/binding/{path_part(agent)}/{path_part(kpi)}/"
    states = f"/d/{STATES_UID}?var-agent={path_part(agent)}&var-kpi={path_part(kpi)}&${{__url_time_range}}"
    runbook = Link("Runbook", address(options.runbook_url, f"/{_THRESHOLD_RUNBOOK}"))
    return [
        Link("In AUREN Admin", address(options.admin_url, page)),
        Link("States and transitions", states),
        *([runbook] if options.runbook_url else []),
    ]
