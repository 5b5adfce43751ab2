"""A report with everything that could break a format."""

from contracts.findings import Finding, Level, Report

NASTY = 'a "b" <c> & ]]> 100% | *d* `e` _f_ @g #1\r\n::error::x \x1b[31m \u202e \x00 \udc80 \ufffe'
FILE = "agents/a b,c:d%.yaml"
TEXT = "first\n\tname: \u202eHRV\n" + "x" * 300


def report() -> Report:
    """Three findings in one file, none in another."""
    findings = [
        Finding("KPI001", Level.ERROR, ("kpis", 0, "name"), NASTY, "Do it.", "hrv", FILE, 2, 8),
        Finding("KPI016", Level.NOTE, ("kpis", 1, "unit"), "Short.", "", "hrv", FILE, 3, 200),
        Finding("COL002", Level.WARNING, (), NASTY, NASTY, NASTY, FILE),
    ]
    return Report.of(findings, [FILE, "other.yaml"], remark="Some more.", texts={FILE: TEXT})
