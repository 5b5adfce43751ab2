"""What tells a finding from others."""

from contracts.findings import Finding, Level
from contracts.fingerprints import Fingerprints


def finding(path=("kpis", 3, "unit"), subject="hrv", rule="KPI016", message="It is wrong.") -> Finding:
    return Finding(rule, Level.NOTE, path, message, subject=subject)


def test_positions_in_lists_and_wording_do_not_count():
    moved = finding(path=("kpis", 9, "unit"), message="It is otherwise wrong.")
    assert Fingerprints().of(finding()) == Fingerprints().of(moved)


def test_rule_subject_and_key_do_count():
    others = [finding(), finding(rule="KPI001"), finding(subject="rhr"), finding(path=("kpis", 3, "name"))]
    assert len({Fingerprints().of(other) for other in others}) == 4


def test_findings_that_are_alike_are_told_apart_in_their_order():
    first, second = Fingerprints(), Fingerprints()
    alike = [finding(), finding()]
    assert [first.of(one) for one in alike] == [second.of(one) for one in alike]
    assert len({Fingerprints().of(finding()), first.of(finding())}) == 2
