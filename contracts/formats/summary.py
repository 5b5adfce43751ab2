"""The last line of a report, and how other lines name a place."""

from __future__ import annotations

from contracts.findings import Finding, Path, Report


def summary(report: Report) -> str:
    """How many findings of which level in how many files: ``3 errors, 1 warning in 3 files.``"""
    if not report.files:
        return "Nothing was checked."
    files = counted(len(report.files), "file")
    told = [counted(count, level.value) for level, count in report.counts.items() if count]
    said = f"{', '.join(told)} in {files}." if told else f"{files} checked, nothing found."
    return f"{said} {report.remark}" if report.remark else said


def counted(count: int, thing: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def place(finding: Finding) -> str:
    """``file:line:column``, as far as it is known."""
    return f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file


def dotted(path: Path) -> str:
    """``kpis[3].risk_thresholds.critical``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
