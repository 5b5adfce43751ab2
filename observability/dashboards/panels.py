"""The kinds of panels that the dashboards are put together from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from observability.dashboards.fields import Field
from observability.dashboards.model import Link, Panel, Query

_COLUMN: Final = "Now"
_HIDDEN: Final = {"Time": True}


def stat(
    key: str, title: str, expression: str, defaults: Field, *, width: int = 4, description: str = ""
) -> Panel:
    """One big number, on its colour if that says whether it is good or bad."""
    says_state = len(defaults["thresholds"]["steps"]) > 1
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "background" if says_state else "value",
        "graphMode": "none",
        "textMode": "value",
    }
    return Panel(
        key,
        title,
        "stat",
        [Query(expression)],
        defaults,
        width=width,
        height=4,
        description=description,
        options=options,
    )


def lines(
    key: str,
    title: str,
    queries: Sequence[Query],
    defaults: Field,
    *,
    width: int = 12,
    description: str = "",
    links: Sequence[Link] = (),
) -> Panel:
    """Lines over time; the legend is a list below them."""
    options = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "none"},
    }
    return Panel(
        key,
        title,
        "timeseries",
        queries,
        defaults,
        width=width,
        description=description,
        options=options,
        links=links,
    )


def timeline(
    key: str,
    title: str,
    query: Query,
    defaults: Field,
    *,
    width: int = 24,
    height: int = 8,
    description: str = "",
    links: Sequence[Link] = (),
) -> Panel:
    """A strip for each series, in the colours of its states; twenty at a time."""
    options = {
        "mergeValues": True,
        "showValue": "never",
        "rowHeight": 0.8,
        "perPage": 20,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return Panel(
        key,
        title,
        "state-timeline",
        [query],
        defaults,
        width=width,
        height=height,
        description=description,
        options=options,
        links=links,
    )


def table(
    key: str,
    title: str,
    expression: str,
    defaults: Field,
    *,
    columns: Mapping[str, str],
    descending: bool = True,
    width: int = 12,
    description: str = "",
) -> Panel:
    """What is so now, a row each, the number on its colour if it has any. ``columns`` are labels and their headings."""
    # Only the number's cell is painted: a text has the colour of Grafana's first step, which may be red.
    painted = {
        "matcher": {"id": "byNames", "options": {"mode": "include", "names": [_COLUMN]}},
        "properties": [{"id": "custom.cellOptions", "value": {"type": "color-background", "mode": "basic"}}],
    }
    organize = {
        "excludeByName": _HIDDEN,
        "indexByName": {name: place for place, name in enumerate([*columns, "Value"])},
        "renameByName": {**columns, "Value": _COLUMN},
    }
    return Panel(
        key,
        title,
        "table",
        [Query(expression, instant=True)],
        defaults,
        width=width,
        description=description,
        options={"showHeader": True, "sortBy": [{"displayName": _COLUMN, "desc": descending}]},
        overrides=[painted] if len(defaults["thresholds"]["steps"]) > 1 else [],
        transformations=[("organize", organize)],
    )
