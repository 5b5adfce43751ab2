"""Keys that no model has are kept and reported."""

import pytest

from contracts.documents import read_bindings, read_registry, read_roster
from contracts.findings import Level

KPI = "kpis:\n- name: a\n  unit: hours\n  prometheus_metric: m\n"
CASES = [
    (KPI + "  titel: x", ("kpis", 0, "titel"), (5, 3), Level.WARNING, "Did you mean title?"),
    (KPI + "  colour: x", ("kpis", 0, "colour"), (5, 3), Level.NOTE, "Begin it with `x-` if it is yours."),
    (
        KPI + "  risk_thresholds:\n    elevated: {condition: '< 3', acton: x}",
        ("kpis", 0, "risk_thresholds", "elevated", "acton"),
        (6, 34),
        Level.WARNING,
        "Did you mean action?",
    ),
    (
        KPI + "  normal_range: {mni: 3}",
        ("kpis", 0, "normal_range", "mni"),
        (5, 18),
        Level.WARNING,
        "Did you mean min?",
    ),
    ("kpi: 1\nkpis: []", ("kpi",), (1, 1), Level.WARNING, "Did you mean kpis?"),
    (
        "kpis: []\nexport_config: {prometheus: {label: [a]}}",
        ("export_config", "prometheus", "label"),
        (2, 30),
        Level.WARNING,
        "Did you mean labels?",
    ),
]


@pytest.mark.parametrize(("text", "path", "place", "level", "hint"), CASES)
def test_an_unknown_key_is_reported_at_its_key(
    text: str, path: tuple[str | int, ...], place: tuple[int, int], level: Level, hint: str
) -> None:
    (finding,) = read_registry(text).findings
    assert (finding.code, finding.path, finding.level) == ("unknown_field", path, level)
    assert ((finding.line, finding.column), finding.hint) == (place, hint)


def test_keys_of_one_s_own_and_of_the_older_format_are_no_slips() -> None:
    findings = read_registry(KPI + "  x-titel: x\n  norm_ref: y\n  scope: z").findings
    assert [(f.path[-1], f.level) for f in findings] == [("norm_ref", Level.NOTE), ("scope", Level.NOTE)]


def test_a_binding_s_unknown_key_is_reported_with_its_agent() -> None:
    (finding,) = read_bindings("agent: A\nkpis_used: [{key: a, alerting: {risk_iff: '< 3'}}]").findings
    assert (finding.subject, finding.hint) == ("A", "Did you mean risk_if?")


def test_of_a_roster_only_likely_slips_are_reported() -> None:
    findings = read_roster("common: {a: 1}\nagents: {A: {include: [x], enabeld: true}}").findings
    assert [f.path for f in findings] == [("agents", "A", "enabeld")]
