"""The report for a spreadsheet: https://www.rfc-editor.org/rfc/rfc4180, with the line ends of the other formats."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from contracts.findings import Finding, Report
from contracts.formats.summary import dotted, summary

COLUMNS = ("level", "rule", "code", "subject", "file", "line", "column", "path", "message", "hint")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
# A spreadsheet takes a cell that begins like this for a formula, also behind blanks and in full width:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")  # noqa: RUF001 - the full-width signs are meant


def render_csv(report: Report) -> str:
    """A heading, a row for each finding, and the summary as the message of the last row."""
    last = ("summary", *[""] * (len(COLUMNS) - 3), summary(report), "")
    return table([COLUMNS, *map(_row, report.findings), last])


def table(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV; no cell of it is a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [cell(str(value)) for value in row] for row in rows
    )
    return text.getvalue()


def cell(text: str) -> str:
    """The text as it can stand in a cell: ``'=1+1`` for ``=1+1``; a number stays one, a negative one too."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _row(finding: Finding) -> tuple[object, ...]:
    return (
        finding.level.value,
        finding.rule,
        finding.code,
        finding.subject,
        finding.file,
        finding.line or "",
        finding.column or "",
        dotted(finding.path),
        finding.message,
        finding.hint,
    )
