"""The report as test results, as build servers show them: https://github.com/testmoapp/junitxml"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # nosec B405
from itertools import groupby

from contracts.findings import Finding, Level, Report
from contracts.formats.summary import place, summary


def render_junit(report: Report) -> str:
    """A suite for each file, a case for each finding; errors are failures, the others pass with a remark.

    A file without findings is one case that passes.
    """
    by_file = {
        file: list(found) for file, found in groupby(report.findings, key=lambda finding: finding.file)
    }
    suites = {file: by_file.get(file, []) for file in [*report.files, *by_file]}
    cases = sum(max(1, len(findings)) for findings in suites.values())
    errors = report.counts[Level.ERROR]
    name = f"AUREN contracts: {summary(report)}"
    root = ElementTree.Element("testsuites", name=name, tests=str(cases), failures=str(errors), errors="0")
    for file, findings in suites.items():
        root.append(_suite(file, findings))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(file: str, findings: list[Finding]) -> ElementTree.Element:
    failures = sum(finding.level is Level.ERROR for finding in findings)
    suite = ElementTree.Element(
        "testsuite",
        name=file,
        tests=str(max(1, len(findings))),
        failures=str(failures),
        errors="0",
        skipped="0",
    )
    for finding in findings:
        _case(suite, finding)
    if not findings:
        ElementTree.SubElement(suite, "testcase", name="no findings", classname=file)
    return suite


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    name = (
        f"{finding.rule} {finding.code}{f' {finding.subject}' if finding.subject else ''} ({place(finding)})"
    )
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=finding.file)
    told = f"{finding.message} {finding.hint}".strip()
    if finding.level is Level.ERROR:
        failure = ElementTree.SubElement(case, "failure", message=finding.message, type=finding.code)
        failure.text = f"{place(finding)}\n{told}"
    else:
        ElementTree.SubElement(case, "system-out").text = f"{finding.level}: {place(finding)}\n{told}"
