"""Findings as a report keeps them."""

import json

import pytest

from bindings.reports.entries import Entry, entries_of, whom, worst_first
from contracts.findings import Finding, Level
from tests.bindings.reports.conftest import entry


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("hrv_rmssd", ("hrv_rmssd", "")),
        ("NEUROS", ("", "NEUROS")),
        ("NEUROS/hrv_rmssd", ("hrv_rmssd", "NEUROS")),
        ("", ("", "")),
    ],
)
def test_a_subject_names_a_kpi_an_agent_or_both(subject, expected):
    assert whom(subject) == expected


def test_it_reads_back_from_json_as_itself():
    kept = next(entries_of([Finding("KPI016", Level.NOTE, ("kpis", 3, "unit"), "Short.", "Do.", "hrv")], {}))
    assert Entry.read(json.loads(json.dumps(kept))) == kept
    assert kept.finding.path == ("kpis", 3, "unit")


def test_it_knows_its_owner_and_what_the_roster_calls_it():
    findings = [
        Finding("KPI016", Level.NOTE, (), "A.", subject="hrv"),
        Finding("RST002", Level.NOTE, ("agents", "NEUROS"), "B."),
    ]
    first, second = entries_of(findings, {"hrv": "Cardio team"})
    assert (first.owner, second.owner, second.agent, second.subject) == (
        "Cardio team",
        "",
        "NEUROS",
        "NEUROS",
    )


def test_the_worst_come_first():
    kept = [entry("c"), entry("b", level="error"), entry("a", level="warning")]
    assert [one.level for one in sorted(kept, key=worst_first)] == ["error", "warning", "note"]
