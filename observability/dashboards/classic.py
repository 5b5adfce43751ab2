"""Dashboards in Grafana's classic form: one list of panels on a grid of 24 columns.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from observability.dashboards.colours import NEUTRAL
from observability.dashboards.ids import panel_ids
from observability.dashboards.layout import height, placed
from observability.dashboards.model import Annotation, Dashboard, Link, Panel, Row, Variable

SCHEMA_VERSION: Final = 42
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_ALL: Final = {"text": ["All"], "value": ["$__all"]}
Json = dict[str, Any]


def classic(dashboard: Dashboard) -> Json:
    """A dashboard in Grafana's classic form."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": list(dashboard.tags),
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": dashboard.since, "to": "now"},
        "timezone": "browser",
        "panels": _panels(dashboard),
        "templating": {"list": [_DATASOURCE, *map(_variable, dashboard.variables)]},
        "annotations": {"list": [_annotation(one) for one in dashboard.annotations]},
        "links": [other_dashboards(), *map(link, dashboard.links)],
    }


def _panels(dashboard: Dashboard) -> list[Json]:
    ids, found, top = panel_ids(dashboard), [], 0
    for row in dashboard.rows:
        below = [_panel(panel, ids, left, at) for panel, left, at in placed(row.panels, top + 1)]
        found.append(_row(row, ids, top, below if row.collapsed else []))
        found += [] if row.collapsed else below
        top += 1 + (0 if row.collapsed else height(row.panels))
    return found


def _row(row: Row, ids: Mapping[str, int], top: int, panels: list[Json]) -> Json:
    return {
        "type": "row",
        "id": ids[row.key],
        "title": row.title,
        "collapsed": row.collapsed,
        "gridPos": {"h": 1, "w": 24, "x": 0, "y": top},
        "panels": panels,
    }


def _panel(panel: Panel, ids: Mapping[str, int], left: int, top: int) -> Json:
    return {
        "id": ids[panel.key],
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": {"h": panel.height, "w": panel.width, "x": left, "y": top},
        "targets": [{"refId": ref, "datasource": _SOURCE, **spec} for ref, spec in targets(panel)],
        "fieldConfig": field_config(panel),
        "options": dict(panel.options),
        "transformations": [{"id": name, "options": dict(of)} for name, of in panel.transformations],
        "links": [link(one) for one in panel.links],
    }


def targets(panel: Panel) -> list[tuple[str, Json]]:
    """What Grafana's Prometheus plug-in is asked, by the letter that Grafana knows it by; in both forms alike."""
    return [
        (
            chr(ord("A") + number),
            {
                "expr": query.expression,
                "legendFormat": query.legend,
                "instant": query.instant,
                "range": not query.instant,
                "format": "table" if query.instant else "time_series",
            },
        )
        for number, query in enumerate(panel.queries)
    ]


def field_config(panel: Panel) -> Json:
    """How the panel's values are painted and printed, in both forms alike."""
    return {"defaults": dict(panel.defaults), "overrides": [dict(one) for one in panel.overrides]}


def link(one: Link) -> Json:
    """A link out of Grafana, or to another dashboard."""
    return _link(one.title, "link", []) | {"url": one.url}


def other_dashboards() -> Json:
    """A menu of all dashboards that are made here."""
    return _link("AUREN dashboards", "dashboards", ["auren"]) | {"asDropdown": True, "keepTime": True}


def _link(title: str, kind: str, tags: list[str]) -> Json:
    return {
        "title": title,
        "type": kind,
        "icon": "external link",
        "tooltip": "",
        "tags": tags,
        "asDropdown": False,
        "targetBlank": False,
        "includeVars": False,
        "keepTime": False,
    }


_DATASOURCE: Final = {
    "type": "datasource",
    "name": "datasource",
    "label": "Prometheus",
    "query": "prometheus",
    "refresh": 1,
    "multi": False,
    "includeAll": False,
    "options": [],
}


def _variable(variable: Variable) -> Json:
    return {
        "type": "query",
        "name": variable.name,
        "label": variable.title,
        "datasource": _SOURCE,
        "query": variable.query,
        "definition": variable.query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": _ALL,
        "options": [],
    }


def _annotation(annotation: Annotation) -> Json:
    return {
        "name": annotation.name,
        "datasource": _SOURCE,
        "enable": True,
        "iconColor": NEUTRAL,
        "expr": annotation.expression,
        "step": "60s",
        "titleFormat": annotation.title,
        "textFormat": annotation.text,
    }
