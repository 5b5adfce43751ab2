"""Dashboards in Grafana's v2 form: elements by name, and a layout that refers to them.

Written as a resource, because the form itself has no place for the uid: it is the resource's name.
https://grafana.com/docs/grafana/latest/observability-as-code/schema-v2/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from observability.dashboards.classic import field_config, link, other_dashboards, targets
from observability.dashboards.colours import NEUTRAL
from observability.dashboards.ids import panel_ids
from observability.dashboards.layout import placed
from observability.dashboards.model import Annotation, Dashboard, Panel, Row, Variable

API_VERSION: Final = "dashboard.grafana.app/v2"
_SOURCE: Final = {"name": "${datasource}"}
Json = dict[str, Any]


def v2(dashboard: Dashboard) -> Json:
    """A dashboard in the form of Grafana's schema v2."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Dashboard",
        "metadata": {"name": dashboard.uid},
        "spec": _spec(dashboard),
    }


def _spec(dashboard: Dashboard) -> Json:
    ids = panel_ids(dashboard)
    panels = [panel for row in dashboard.rows for panel in row.panels]
    return {
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": list(dashboard.tags),
        "editable": False,
        "preload": False,
        "cursorSync": "Crosshair",
        "timeSettings": _time(dashboard.since),
        "variables": [_datasource(), *map(_variable, dashboard.variables)],
        "annotations": [_annotation(one) for one in dashboard.annotations],
        "links": [other_dashboards(), *map(link, dashboard.links)],
        "elements": {_name(panel, ids): _panel(panel, ids) for panel in panels},
        "layout": {"kind": "RowsLayout", "spec": {"rows": [_row(row, ids) for row in dashboard.rows]}},
    }


def _name(panel: Panel, ids: Mapping[str, int]) -> str:
    return f"panel-{ids[panel.key]}"


def _row(row: Row, ids: Mapping[str, int]) -> Json:
    items = [
        {
            "kind": "GridLayoutItem",
            "spec": {
                "x": left,
                "y": top,
                "width": panel.width,
                "height": panel.height,
                "element": {"kind": "ElementReference", "name": _name(panel, ids)},
            },
        }
        for panel, left, top in placed(row.panels)
    ]
    layout = {"kind": "GridLayout", "spec": {"items": items}}
    return {
        "kind": "RowsLayoutRow",
        "spec": {"title": row.title, "collapse": row.collapsed, "layout": layout},
    }


def _panel(panel: Panel, ids: Mapping[str, int]) -> Json:
    queries = [
        {
            "kind": "PanelQuery",
            "spec": {"refId": ref, "hidden": False, "query": _query(spec)},
        }
        for ref, spec in targets(panel)
    ]
    transformations = [
        {"kind": "Transformation", "group": name, "spec": {"options": dict(of)}}
        for name, of in panel.transformations
    ]
    data = {"queries": queries, "transformations": transformations, "queryOptions": {}}
    viz = {"options": dict(panel.options), "fieldConfig": field_config(panel)}
    return {
        "kind": "Panel",
        "spec": {
            "id": ids[panel.key],
            "title": panel.title,
            "description": panel.description,
            "links": [{"title": one.title, "url": one.url} for one in panel.links],
            "data": {"kind": "QueryGroup", "spec": data},
            "vizConfig": {"kind": "VizConfig", "group": panel.kind, "version": "", "spec": viz},
        },
    }


def _query(spec: Json) -> Json:
    return {
        "kind": "DataQuery",
        "group": "prometheus",
        "version": "v0",
        "datasource": _SOURCE,
        "spec": spec,
    }


def _time(since: str) -> Json:
    return {
        "from": since,
        "to": "now",
        "timezone": "browser",
        "autoRefresh": "1m",
        "autoRefreshIntervals": ["30s", "1m", "5m", "15m", "1h"],
        "hideTimepicker": False,
        "fiscalYearStartMonth": 0,
    }


def _datasource() -> Json:
    return {
        "kind": "DatasourceVariable",
        "spec": {
            "name": "datasource",
            "label": "Prometheus",
            "pluginId": "prometheus",
            "refresh": "onDashboardLoad",
            "regex": "",
            "current": {"text": "", "value": ""},
            "options": [],
            "multi": False,
            "includeAll": False,
            "hide": "dontHide",
            "skipUrlSync": False,
            "allowCustomValue": True,
        },
    }


def _variable(variable: Variable) -> Json:
    query = {"qryType": 1, "query": variable.query, "refId": "PrometheusVariableQueryEditor-VariableQuery"}
    return {
        "kind": "QueryVariable",
        "spec": {
            "name": variable.name,
            "label": variable.title,
            "query": _query(query),
            "definition": variable.query,
            "current": {"text": ["All"], "value": ["$__all"]},
            "options": [],
            "hide": "dontHide",
            "refresh": "onTimeRangeChanged",
            "skipUrlSync": False,
            "regex": "",
            "sort": "alphabeticalAsc",
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "allowCustomValue": True,
        },
    }


def _annotation(annotation: Annotation) -> Json:
    options = {
        "expr": annotation.expression,
        "step": "60s",
        "titleFormat": annotation.title,
        "textFormat": annotation.text,
    }
    return {
        "kind": "AnnotationQuery",
        "spec": {
            "name": annotation.name,
            "enable": True,
            "hide": False,
            "iconColor": NEUTRAL,
            "query": _query(options),
        },
    }
