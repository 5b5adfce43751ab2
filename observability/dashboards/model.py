"""A dashboard as both of Grafana's forms are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

WHOLE_WIDTH: Final = 24
"""Of Grafana's grid, in columns."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question to Prometheus. ``instant`` asks for now only, and gets rows of a table."""

    expression: str
    legend: str = "__auto"
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a panel or dashboard leads to."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. ``kind`` is the plug-in that draws it, and whose ``options`` they are.

    ``key`` is unique on the dashboard and stays the same whatever else changes there: the panel's id follows from it.
    """

    key: str
    title: str
    kind: str
    queries: Sequence[Query]
    defaults: Mapping[str, Any]
    width: int = 12
    height: int = 8
    description: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    overrides: Sequence[Mapping[str, Any]] = ()
    transformations: Sequence[tuple[str, Mapping[str, Any]]] = ()
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Panels below one heading, which opens and closes. What is closed asks Prometheus nothing."""

    key: str
    title: str
    panels: Sequence[Panel]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """What people choose at the top: label values that a question to Prometheus gives, all at first."""

    name: str
    title: str
    query: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """Moments that are marked in every panel; ``text`` may name the series' labels in double braces."""

    name: str
    expression: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All of it. ``tags`` are words of ours; ``since`` is how far back it looks at first."""

    uid: str
    title: str
    description: str
    rows: Sequence[Row]
    tags: Sequence[str] = ("auren",)
    variables: Sequence[Variable] = ()
    annotations: Sequence[Annotation] = ()
    links: Sequence[Link] = ()
    since: str = "now-7d"
