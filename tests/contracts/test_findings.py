"""Findings and reports as plain data."""

import pytest

from contracts.findings import Finding, Level, Report, register_code


def finding(level=Level.ERROR, line=1, file="a.yaml", rule="KPI001"):
    return Finding(rule, level, ("kpis", 0), "It is wrong. This is why.", file=file, line=line, column=1)


@pytest.mark.parametrize(
    ("levels", "fail_on", "expected"),
    [
        ([], Level.NOTE, 0),
        (["note"], Level.ERROR, 0),
        (["warning"], Level.ERROR, 0),
        (["warning"], Level.WARNING, 1),
        (["note"], Level.NOTE, 1),
        (["note", "error"], Level.ERROR, 1),
    ],
)
def test_the_exit_code_follows_the_worst_finding(levels, fail_on, expected):
    report = Report.of([finding(Level(level)) for level in levels], ["a.yaml"])
    assert report.exit_code(fail_on) == expected


def test_a_report_on_nothing_never_passes():
    assert Report.of([]).exit_code() == 3


def test_findings_are_shown_by_place_and_the_worst_first():
    late, note, error = finding(line=9), finding(Level.NOTE), finding()
    other = finding(file="b.yaml")
    assert Report.of([other, late, note, error], ["a.yaml"]).findings == (error, note, late, other)


def test_counts_name_every_level():
    counts = Report.of([finding(), finding(Level.NOTE)], ["a.yaml"]).counts
    assert [(level.value, count) for level, count in counts.items()] == [
        ("error", 1),
        ("warning", 0),
        ("note", 1),
    ]


def test_the_summary_is_the_first_sentence():
    assert finding().summary == "It is wrong."
    assert finding().at("b.yaml", 2, 3).file == "b.yaml"


def test_an_id_keeps_its_code():
    with pytest.raises(ValueError, match="already called"):
        register_code("KPI001", "something_else")


def test_a_report_that_is_cut_keeps_the_worst_counts_all_and_says_so():
    notes = [Finding("KPI001", Level.NOTE, (), "A note.", file="a", line=line) for line in range(1, 5)]
    error = Finding("KPI001", Level.ERROR, (), "An error.", file="b", line=9)
    cut = Report.of([*notes, error], ["a", "b"]).cut(2)
    assert [finding.line for finding in cut.findings] == [1, 9]
    assert cut.counts == {Level.ERROR: 1, Level.WARNING: 0, Level.NOTE: 4}
    assert cut.remark == "3 of them are left out here, the least grave."
    assert Report.of(notes).cut(4).left_out == {}


def test_the_worst_level_is_that_of_what_is_left_out_too():
    report = Report((), ("a",), left_out={Level.WARNING: 1})
    assert report.worst is Level.WARNING
