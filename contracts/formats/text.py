"""The report for a person at a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from contracts.findings import Finding, Level, Report
from contracts.formats.printable import printable
from contracts.formats.summary import place, summary

_LINE_END = re.compile(r"\r\n|\r|\n")
_COLORS = {Level.ERROR: "\x1b[31m", Level.WARNING: "\x1b[33m", Level.NOTE: "\x1b[36m"}
_DIM, _BOLD, _OFF = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_WIDTH = 100
"""Characters of a line of the file that are shown."""


def render_text(report: Report, *, color: bool = False) -> str:
    """A line for each finding, with its line of the file and the way out below; the summary last."""
    blocks = []
    for file, findings in groupby(report.findings, key=lambda finding: finding.file):
        lines = _lines(report.texts.get(file, ""))
        blocks.append("\n".join(_of_file(list(findings), lines, color)))
    return "\n\n".join([*blocks, _styled(summary(report), _BOLD, color)]) + "\n"


def _lines(text: str) -> list[str]:
    """The lines as the YAML reader counts them. The pattern is slow, and few files need it."""
    return _LINE_END.split(text) if "\r" in text else text.split("\n")


def _of_file(findings: list[Finding], lines: list[str], color: bool) -> Iterator[str]:
    places = [place(finding) for finding in findings]
    width = max(map(len, places))
    for finding, where in zip(findings, places, strict=True):
        level = _styled(f"{finding.level:<7}", _COLORS[finding.level], color)
        rule = _styled(f"{finding.rule} {finding.code}", _DIM, color)
        yield f"{where:<{width}}  {level}  {rule}  {finding.message}"
        if 0 < finding.line <= len(lines) and lines[finding.line - 1].strip():
            yield from _quoted_line(lines[finding.line - 1], finding, color)
        if finding.hint:
            yield f"        {finding.hint}"


def _quoted_line(line: str, finding: Finding, color: bool) -> Iterator[str]:
    """The line of the file with a mark below the place; only the part around it when the line is long."""
    first = max(0, finding.column - 1 - _WIDTH // 2) if len(line) > _WIDTH else 0
    before = printable(line[first : finding.column - 1].replace("\t", " "))
    after = printable(line[finding.column - 1 : first + _WIDTH].replace("\t", " "))
    margin = f"{finding.line:>7} | "
    yield _styled(f"{margin}{before}{after}", _DIM, color)
    yield _styled(" " * (len(margin) - 2) + "| " + " " * len(before) + "^", _DIM, color)


def _styled(text: str, style: str, color: bool) -> str:
    return f"{style}{text}{_OFF}" if color else text
