"""The report as SARIF 2.1.0, which code scanners and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from contracts.catalogue import Rule
from contracts.checks import RULES
from contracts.findings import Finding, Report
from contracts.fingerprints import Fingerprints
from contracts.formats.summary import counted, summary

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "aurenContract/v1"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more as a whole:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""


def render_sarif(report: Report) -> str:
    """One run with the whole catalogue as its rules; of too many results the worst, which then come first."""
    if len(report.findings) > MOST_RESULTS:
        report = report.cut(MOST_RESULTS)
        worst_first = sorted(report.findings, key=lambda finding: -finding.level.rank)
        report = replace(report, findings=tuple(worst_first))
    rules = [*RULES.values()]
    index = {rule.id: position for position, rule in enumerate(rules)}
    seen = Fingerprints()
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "AUREN Admin", "rules": [_rule(rule) for rule in rules]}},
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": uri_of(file)}} for file in report.files],
                "results": [_result(finding, index, seen) for finding in report.findings],
                "invocations": [{"executionSuccessful": bool(report.files), **_notifications(report)}],
                "properties": {"summary": summary(report)},
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _notifications(report: Report) -> dict[str, Any]:
    """That results were left out, where readers of SARIF look for what happened to a run."""
    if not report.left_out:
        return {}
    left_out = counted(sum(report.left_out.values()), "result")
    text = f"Not in this file: {left_out}. {summary(report)}"
    return {"toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}]}


def _rule(rule: Rule) -> dict[str, Any]:
    rationale = " ".join(rule.rationale.split())
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.code.split("_")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rationale},
        "help": {
            "text": f"{rationale}\n\nFor example:\n\n{rule.example}",
            "markdown": f"{rationale}\n\nFor example:\n\n```yaml\n{rule.example}\n```",
        },
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {"code": rule.code, "scope": rule.scope.value},
    }


def _result(finding: Finding, index: dict[str, int], seen: Fingerprints) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": uri_of(finding.file)}}
    if finding.line:
        location["region"] = {"startLine": finding.line, "startColumn": finding.column}
    known = {"ruleIndex": index[finding.rule]} if finding.rule in index else {}
    return {
        "ruleId": finding.rule,
        **known,
        "level": finding.level.value,
        "message": {"text": f"{finding.message} {finding.hint}".strip()},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: seen.of(finding)},
    }


def uri_of(file: str) -> str:
    """The file as a URI: relative, as given on the command line, or absolute with its scheme."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
