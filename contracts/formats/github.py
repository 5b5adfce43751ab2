"""The report as workflow commands, which GitHub shows beside the changed lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from contracts.findings import Finding, Level, Report
from contracts.formats.summary import summary

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
# What ends a command or one of its properties, as GitHub's own toolkit escapes it:
# https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render_github(report: Report) -> str:
    """One command a finding, then the summary as a plain line."""
    return "\n".join([*map(_command, report.findings), summary(report)]) + "\n"


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.file,
        "line": str(finding.line or ""),
        "col": str(finding.column or ""),
        "title": f"{finding.rule} {finding.code}",
    }
    told = ",".join(f"{name}={value.translate(_IN_PROPERTY)}" for name, value in properties.items() if value)
    message = f"{finding.message} {finding.hint}".strip().translate(_IN_DATA)
    return f"::{_COMMANDS[finding.level]} {told}::{message}"
