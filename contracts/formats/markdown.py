"""The report for a comment or a page: a table and the summary."""

from __future__ import annotations

import re

from contracts.findings import Finding, Report
from contracts.formats.summary import place, summary

# Whatever means something to Markdown or HTML, or calls somebody (@) or something (#); as an entity it is
# only itself. An underscore inside a word means nothing.
_MEANINGFUL = re.compile(r"[&<>`*\[\]|~@#\\]|(?<![^\W_])_|_(?![^\W_])")


def render_markdown(report: Report) -> str:
    """The summary, then a table with a row for each finding."""
    lines = [f"**{plain(summary(report))}**"]
    if report.findings:
        lines += ["", "| Level | Where | What | Rule |", "|---|---|---|---|", *map(_row, report.findings)]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """The text as Markdown that shows exactly these characters."""
    return _MEANINGFUL.sub(lambda sign: f"&#{ord(sign[0])};", text)


def _row(finding: Finding) -> str:
    message = plain(f"{finding.message} {finding.hint}".strip())
    return f"| {finding.level} | {plain(place(finding))} | {message} | {finding.rule} {finding.code} |"
