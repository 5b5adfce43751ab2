"""Reports for people and for other programs: text, json, sarif, junit, github, markdown, csv."""

from __future__ import annotations

from contracts.findings import Report
from contracts.formats.csv_report import render_csv
from contracts.formats.github import render_github
from contracts.formats.json_report import render_json
from contracts.formats.junit import render_junit
from contracts.formats.markdown import render_markdown
from contracts.formats.printable import printable_report
from contracts.formats.sarif import render_sarif
from contracts.formats.text import render_text

__all__ = ["FORMATS", "render"]

_RENDERERS = {
    "json": render_json,
    "sarif": render_sarif,
    "junit": render_junit,
    "github": render_github,
    "markdown": render_markdown,
    "csv": render_csv,
}
FORMATS = ("text", *_RENDERERS)
"""The names of the formats."""


def render(report: Report, format: str, *, color: bool = False) -> str:
    """The report as text of one format, with a final newline. ``color`` is for ``text`` on a terminal.

    Raises ValueError for a format that does not exist.
    """
    report = printable_report(report)
    if format == "text":
        return render_text(report, color=color)
    if format not in _RENDERERS:
        raise ValueError(f"there is no format {format!r}; there are {', '.join(FORMATS)}")
    return _RENDERERS[format](report)
