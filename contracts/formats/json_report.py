"""The report for programs."""

from __future__ import annotations

import json
from typing import Any

from contracts.findings import Finding, Report
from contracts.formats.summary import summary

VERSION = 1
"""Rises when a key is removed or changes its meaning; new keys may come at any time."""


def render_json(report: Report) -> str:
    """One object: ``version``, ``summary``, ``files`` and ``findings`` in the order of their places."""
    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "version": VERSION,
        "summary": {
            "text": summary(report),
            "files": len(report.files),
            **{f"{level.value}s": count for level, count in report.counts.items()},
            "left_out": sum(report.left_out.values()),
        },
        "files": list(report.files),
        "findings": [finding_data(finding) for finding in report.findings],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding as plain data. ``line`` and ``column`` count from 1 and are null where there is no file."""
    return {
        "rule": finding.rule,
        "code": finding.code,
        "level": finding.level.value,
        "message": finding.message,
        "hint": finding.hint,
        "subject": finding.subject,
        "path": list(finding.path),
        "file": finding.file,
        "line": finding.line or None,
        "column": finding.column or None,
    }
