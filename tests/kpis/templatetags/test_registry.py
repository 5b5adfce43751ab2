"""How the pages word things."""

import pytest
from django.template import Context

from contracts.diff import diff_kpis
from contracts.findings import Finding, Level, Report
from contracts.severity import Severity
from kpis.forms import ThresholdForm
from kpis.merge import Part
from kpis.templatetags import registry
from tests.kpis.conftest import HRV, changed


def finding(level: Level = Level.ERROR, message: str = "It is so. Because.", hint: str = "") -> Finding:
    return Finding("KPI001", level, (), message, hint)


def test_a_finding_is_split_into_its_first_sentence_and_the_rest():
    found = finding(hint="Do this.")
    assert (found.summary, registry.detail(found)) == ("It is so.", "Because. Do this.")
    assert registry.detail(finding(message="Only this.")) == ""


def test_the_worst_comes_first_and_the_rest_keeps_its_order():
    found = [
        finding(Level.NOTE, "a"),
        finding(Level.ERROR, "b"),
        finding(Level.NOTE, "c"),
        finding(Level.WARNING, "d"),
    ]
    assert [f.message for f in registry.worst_first(found)] == ["b", "d", "a", "c"]
    assert [level for level, _ in registry.by_level(Report.of(found))] == ["error", "warning", "note"]


def test_a_change_is_told_without_the_name_that_stands_above_it():
    critical = {"critical": {"condition": "< 25", "action": "immediate_rest_recommendation"}}
    thresholds = HRV["risk_thresholds"] | critical
    words = [
        registry.told(change)
        for change in diff_kpis(changed(), changed(risk_thresholds=thresholds, owner="x"))
    ]
    assert words == ["Critical: < 20 → < 25 ms", "Owner set to x"]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), ("", "–"), ([], "–"), (["a", "b"], "a; b"), (0, "0"), ("< 20", "< 20")]
)
def test_a_part_of_a_document_is_shown_as_text(value, text):
    assert registry.shown(value) == text


def test_the_place_of_a_conflict_is_in_the_words_of_the_form():
    assert (
        registry.part_label(Part(("risk_thresholds", "info", "condition"), 1, 2, 3)) == "elevated condition"
    )
    assert registry.part_label(Part(("normal_range", "max"), 1, 2, 3)) == "normal range max"


def test_a_severity_that_is_none_is_shown_as_it_is():
    assert [registry.severity_word(word) for word in (Severity.INFO, "critical", "odd")] == [
        "elevated",
        "critical",
        "odd",
    ]


@pytest.mark.parametrize(("name", "open_"), [("for_duration", True), ("recover_if", True), ("action", False)])
def test_a_row_that_says_something_about_time_is_open(name, open_):
    assert registry.is_timed(ThresholdForm(initial={name: "10m"})) is open_


def test_a_registry_is_told_only_to_whoever_may_see_it(rf, stranger):
    request = rf.get("/")
    request.user = stranger
    assert registry.overview(Context({"request": request})) is None
