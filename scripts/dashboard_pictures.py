"""Pictures of agents' dashboards for the docs: the panels that are exported, painted as Grafana's own code decides.

No Grafana runs here: where panels stand and what they ask is read from the exported files, each colour and text comes
from @grafana/data (`python -m tests.observability.grafana.oracle` installs it), and a real browser draws the page. The
people are made up. `make screenshots` runs it.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import sync_playwright

from contracts.loading import load_tree
from contracts.release import ReleaseDocument
from observability.dashboards.files import dashboard_files
from observability.options import ExportOptions
from scripts.screenshots import CHROMIUM_OPTIONS, EXAMPLES, IMAGES
from tests.observability.grafana.oracle import NODE, PACKAGE, Shown, shown

PICTURES = (
    ("agent-neuros-", "dashboard-light", "light"),
    ("agent-neuros-", "dashboard-dark", "dark"),
    ("agent-somnos-", "dashboard-both", "light"),
)
STYLE = Path(__file__).with_suffix(".css")
PEOPLE = ("4f1c09", "7be2d1", "91aa5e", "c03f77", "e85b20")
POINTS, SHADES = 60, 300
Values = list[float | None]


def main() -> None:
    """Draw them all."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or not NODE or not PACKAGE.is_dir():
        sys.exit("dashboard pictures: needs Chromium, and python -m tests.observability.grafana.oracle (npm)")
    files = dashboard_files(example(), ExportOptions())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        for beginning, name, theme in PICTURES:
            [text] = [
                text for path, text in files.items() if path.startswith(f"grafana/dashboards/{beginning}")
            ]
            page = browser.new_page(viewport={"width": 1280, "height": 400})
            page.set_content(drawn(json.loads(text), theme))
            page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
        browser.close()


def example() -> ReleaseDocument:
    """The example registry as a release."""
    tree = load_tree([str(EXAMPLES)])
    [registry] = [one.document for one in tree.registries if one.document]
    [roster] = [one.document for one in tree.rosters if one.document]
    return ReleaseDocument(
        registry, roster, {one.document.agent: one.document for one in tree.bindings if one.document}
    )


def drawn(dashboard: dict[str, Any], theme: str) -> str:
    """The page."""
    panels = [(panel, lines_of(panel)) for panel in dashboard["panels"]]
    asked = [
        (panel["fieldConfig"]["defaults"], [*shades(panel), *(value for line in lines for value in line)])
        for panel, lines in panels
        if panel["type"] != "row"
    ]
    answers = iter(of[theme == "light"] for of in shown(asked))
    names = [panel["title"] for panel, _ in panels if panel["type"] == "timeseries"]
    boxes = [
        row(panel) if panel["type"] == "row" else box(panel, lines, next(answers), names)
        for panel, lines in panels
    ]
    style, title = STYLE.read_text(encoding="utf-8"), escape(dashboard["title"])
    return f"<!doctype html><style>{style}</style><body class={theme}><h1>{title}</h1><main>{''.join(boxes)}</main>"


def lines_of(panel: dict[str, Any]) -> list[Values]:
    """Made-up values, the same each time: a line for each person, of which the last has fallen silent."""
    random = Random(panel["title"].partition(":")[0])  # noqa: S311 - a picture
    match panel["type"]:
        case "stat":
            return [
                [{"critical": 1, "warning": 2, "info": 0, "Agent": 95, "Follows": 4}.get(_word(panel), 1)]
            ]
        case "state-timeline":
            return [[*(random.choice((0, 0, 0, rank)) for _ in range(20)), rank] for rank in (3, 2, 0, 0)]
        case "table" if "worst first" not in panel["title"]:
            return [[3], [2], [1], [0], [0]]
        case "timeseries" | "table":
            found: list[Values] = [
                list(_walk(random, *_ends(panel), number)) for number in range(len(PEOPLE))
            ]
            found[-1][-12:] = [None for _ in range(12)]
            return found
    return []


def _word(panel: dict[str, Any]) -> str:
    word: str = panel["title"].replace(",", "").split()[0]
    return word.lower() if "open" in panel["title"] else word


def _walk(random: Random, low: float, high: float, number: int) -> Iterator[float | None]:
    at = low + (high - low) * (number + 0.5) / len(PEOPLE)
    for _ in range(POINTS):
        at = min(high, max(low, at + random.gauss(0, (high - low) / 30)))
        yield round(at, 3)


def _ends(panel: dict[str, Any]) -> tuple[float, float]:
    """How far an axis reaches: beyond every edge of the contract."""
    edges = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]]
    low, high = (min(edges), max(edges)) if edges else (3.2, 4.4)
    beyond = (high - low) or abs(high) * 0.4 or 1
    return (low - beyond / 2 if low > beyond / 2 else 0), high + beyond / 2


def shades(panel: dict[str, Any]) -> Values:
    """Where an axis is asked for its colours; none for what has no axis."""
    if panel["type"] != "timeseries":
        return []
    low, high = _ends(panel)
    return [low + (high - low) * number / (SHADES - 1) for number in range(SHADES)]


def row(panel: dict[str, Any]) -> str:
    """The heading of a row."""
    return f"<h2 style='{place(panel)}'>⌄ {escape(panel['title'])}</h2>"


def place(panel: dict[str, Any]) -> str:
    """Where it stands on Grafana's grid."""
    at = panel["gridPos"]
    return f"grid-area:{at['y'] + 1}/{at['x'] + 1}/span {at['h']}/span {at['w']}"


def box(panel: dict[str, Any], lines: list[Values], answer: Sequence[Shown], names: Sequence[str]) -> str:
    """A panel with what it shows."""
    at = len(shades(panel))
    told = []
    for line in lines:
        told.append(answer[at : at + len(line)])
        at += len(line)
    match panel["type"]:
        case "state-timeline":
            body = timeline(names, told)
        case "timeseries":
            body = chart(panel, lines, told, answer[:SHADES])
        case kind:
            body = {"stat": stat, "table": table}[kind](panel, told)
    return f"<section style='{place(panel)}'><h3>{escape(panel['title'])}</h3>{body}</section>"


def stat(panel: dict[str, Any], told: list[Sequence[Shown]]) -> str:
    """One number, on its colour or in it."""
    [[found]] = told
    painted = (
        f"background:{found.color}"
        if panel["options"]["colorMode"] == "background"
        else f"color:{found.color}"
    )
    return f"<b class=stat style='{painted}'>{escape(found.text)}</b>"


def table(panel: dict[str, Any], told: list[Sequence[Shown]]) -> str:
    """A row for each person, in the order that the panel asks for."""
    rows = [(person, line[-1]) for person, line in zip(PEOPLE, told, strict=False)]
    if "worst first" in panel["title"]:
        rows.sort(key=lambda one: _number(one[1].text), reverse=panel["options"]["sortBy"][0]["desc"])
        rows.sort(key=lambda one: one[1].text == "no data")
    painted = "class=cell style='background:{}'" if panel["fieldConfig"]["overrides"] else ""
    cells = "".join(
        f"<tr><td>{person}<td {painted.format(one.color)}>{escape(one.text)}" for person, one in rows
    )
    return f"<table><tr><th>Person<th>Now{cells}</table>"


def _number(text: str) -> float:
    digits = text.split(" ")[0].rstrip("%")
    return float(digits) if digits.replace(".", "").lstrip("-").isdigit() else 0


def timeline(names: Sequence[str], told: list[Sequence[Shown]]) -> str:
    """A strip for each KPI."""
    strips = [
        "".join(f"<i style='background:{one.color}' title='{escape(one.text)}'></i>" for one in line)
        for line in told
    ]
    return "".join(
        f"<p class=strip><span>{name}</span>{strip}" for name, strip in zip(names, strips, strict=False)
    )


def chart(
    panel: dict[str, Any], lines: list[Values], told: list[Sequence[Shown]], ground: Sequence[Shown]
) -> str:
    """Lines over the bands. A line has the colour of its last value."""
    low, high = _ends(panel)

    def y(value: float) -> float:
        return 200 * (high - value) / (high - low)

    has_bands = "thresholdsStyle" in panel["fieldConfig"]["defaults"]["custom"]
    bands = "".join(
        f"<rect width=600 y={200 - last * 200 / SHADES:.2f} height={(last - first) * 200 / SHADES:.2f} fill='{color}'/>"
        for color, first, last in _stretches([one.color for one in ground] if has_bands else [])
    )
    paths = []
    for line, of in zip(lines, told, strict=True):
        points = " ".join(
            f"{600 * at / (POINTS - 1):.1f},{y(value):.1f}"
            for at, value in enumerate(line)
            if value is not None
        )
        color = [one.color for value, one in zip(line, of, strict=True) if value is not None][-1]
        paths.append(f"<polyline points='{points}' stroke='{color}'/>")
    ticks = "".join(
        f"<span style='top:{100 - 100 * at / (SHADES - 1):.0f}%'>{escape(ground[at].text)}</span>"
        for at in range(30, SHADES, 80)
    )
    drawing = f"<g opacity=.18>{bands}</g>{''.join(paths)}"
    svg = f"<svg viewBox='0 0 600 200' preserveAspectRatio=none>{drawing}</svg>"
    return f"<div class=plot><div class=ticks>{ticks}</div>{svg}</div>"


def _stretches(colors: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Where each colour begins and ends."""
    at = 0
    for color, same in groupby(colors):
        size = len(list(same))
        yield color, at, at + size
        at += size


if __name__ == "__main__":
    main()
