"""What the severities of a KPI mean together with its ranges."""

import pytest

from tests.contracts.samples import HRV, codes, findings, kpi, with_condition

OVERLAP, ORDER = "critical_overlaps_normal", "severities_out_of_order"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("< 20", []),
        ("<= 29.999999", []),
        ("10..15", []),
        ("< 20 or > 150", []),
        ("drop >= 10% over 7d", []),
        ("< 30", ["never_first"]),
        ("> 100", ["never_first"]),
        ("<= 30", [ORDER, OVERLAP]),
        ("< 120", [ORDER, OVERLAP]),
        ("> 25", [ORDER, OVERLAP]),
        ("== 50", [OVERLAP]),
        ("< 0", ["never_true"]),
        ("> 250", ["never_true"]),
        ("== 250", []),
        ("<= 250", [ORDER, "always_true"]),
        ("< 300", [ORDER, "always_true"]),
        ("", ["condition_invalid"]),
        ("< abc", ["condition_invalid"]),
        ("30..20", ["condition_invalid"]),
    ],
)
def test_a_critical_condition_is_judged_by_what_it_means(condition, expected):
    assert codes(with_condition("critical", condition)) == expected


def test_the_overlap_is_told_in_plain_words_with_a_way_out():
    overlap = next(f for f in findings(with_condition("critical", "< 120")) if f.code == OVERLAP)
    assert overlap.message.startswith(
        "Critical overlaps the normal range. 30 to 100 ms is healthy and would be critical."
    )
    assert overlap.hint.startswith("Did you mean below 20?")
    assert overlap.path == ("risk_thresholds", "critical", "condition")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("< 120", "below 20"),
        ("< 220", "below 22"),
        ("> 25", "below 25"),
        ("< 2.2", ""),
        ("< 31", ""),
        ("!= 50", ""),
    ],
)
def test_a_proposal_is_made_only_where_it_would_be_right(written, meant):
    hints = " ".join(finding.hint for finding in findings(with_condition("critical", written)))
    assert (f"Did you mean {meant}?" in hints) if meant else ("Did you mean" not in hints)


@pytest.mark.parametrize(
    ("normal", "warning", "critical", "expected"),
    [
        ({"min": 90, "max": 100}, "80..89", "< 80", ["gap"]),  # beyond the warning, not inside it
        ({"min": 10, "max": 25}, "26..36", "> 36", ["gap"]),
        ({"min": 30, "max": 100}, "< 30", "< 120", [ORDER, OVERLAP]),
        ({}, "26..36", "> 36", []),
        ({}, "26..36", "> 30", []),
        ({}, "26..36", "> 20", [ORDER]),
        ({}, "26..36", ">= 26", ["never_first"]),
        ({}, "< 20 or > 100", "< 10", []),
        ({}, "< 20 or > 100", "> 90", [ORDER]),
        ({}, "80..89", "70..75", []),  # nothing says which side is the bad one
        ({"optimal": 60}, "81..110", "> 130", ["gap_beyond"]),
        ({"optimal": 60}, "81..110", "> 110", []),
    ],
)
def test_severities_are_compared_side_by_side(normal, warning, critical, expected):
    document = kpi(
        normal_range=normal or None,
        risk_thresholds={
            "warning": {"condition": warning, "action": "rest"},
            "critical": {"condition": critical, "action": "rest"},
        },
    )
    assert codes(document) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("< 30", []), ("< 40", ["warning_overlaps_normal"]), ("< 60", ["swallows_optimal"]), ("> 120", ["gap"])],
)
def test_a_warning_may_be_early_but_not_about_the_best_value(condition, expected):
    assert codes(kpi(risk_thresholds={"warning": {"condition": condition, "action": "rest"}})) == expected


def test_a_gap_names_the_values_nothing_is_said_about():
    document = kpi(normal_range={"min": 40, "max": 100})
    gap = next(finding for finding in findings(document) if finding.code == "gap")
    assert gap.level == "note"
    assert "30 to 40 ms" in gap.message


@pytest.mark.parametrize(
    ("recover_if", "expected"),
    [
        ("> 25", []),
        ("> 20", []),
        ("> 15", ["recovery_overlaps"]),
        ("soon", ["condition_invalid"]),
        ("> 300", ["never_true"]),
    ],
)
def test_recovery_does_not_overlap_the_concern(recover_if, expected):
    row = {"condition": "< 20", "action": "rest", "recover_if": recover_if}
    assert codes(kpi(risk_thresholds=HRV["risk_thresholds"] | {"critical": row})) == expected
