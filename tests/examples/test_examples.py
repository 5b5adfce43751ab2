"""The example registry: the facts it was given, and nothing that the rules refuse."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.checks import check_registry
from contracts.documents import (
    KpiDocument,
    Loaded,
    NormalRange,
    Range,
    RegistryDocument,
    read_registry,
    write_registry,
)
from contracts.findings import Level
from contracts.formatting import format_yaml
from contracts.units import STANDARD_UNITS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/auren/agents/shared_modules/kpi_registry.yaml"

# KPI | symbol of its unit | possible | healthy, best | warning | critical | elevated
FACTS = """
hrv_rmssd                       | ms        | 1..250   | 30..100, 50 | < 30                | < 20  | > 100
sleep_debt_hours                | h         | 0..168   | 0..2, 0     | > 4                 | > 8   |
recovery_score                  |           | 0..100   | 70..100, 85 | < 60                | < 40  |
ln_rmssd                        | ln(ms)    | 2.5..5   |             | drop >= 10% over 7d |       |
cns_fatigue_index               |           | 0..100   |             | >= 60               | >= 75 |
glucose_cv_percent              | %         | 10..60   | 10..25      | 26..36              | > 36  |
protein_adequacy_g_per_kg       | g/kg      | 0..3.5   |             |                     |       |
fms_total                       | points    | 0..21    |             |                     | <= 14 |
weekly_volume_sets              | sets      | 0..40    |             |                     |       |
training_tonnage                | kg        | 0..50000 |             |                     |       |
vo2_max_estimated               | mL/kg/min | 20..90   |             |                     |       |
zone2_time                      | min       | 0..120   |             |                     |       |
resting_hr                      | bpm       | 35..100  |             |                     |       |
sleep_efficiency                | %         | 0..100   | 90..        | 80..89              | < 80  |
sleep_latency_min               | min       | 0..60    |             |                     | > 30  |
rem_deep_ratio                  |           | 0..3     | 0.8..1.5    | > 2                 |       |
facial_inflammation_score       |           | 0..10    |             |                     |       |
symmetry_deviation_mm           | mm        | 0..5     |             |                     |       |
cortisol_awakening_response_pct | %         | -50..150 | 38..75      | < 20 or > 100       |       |
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in FACTS.strip().splitlines()]


@pytest.fixture(scope="module")
def loaded() -> Loaded[RegistryDocument]:
    return read_registry(EXAMPLE.read_bytes(), str(EXAMPLE))


@pytest.fixture(scope="module")
def registry(loaded: Loaded[RegistryDocument]) -> RegistryDocument:
    assert loaded.document is not None
    return loaded.document


def number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def bounds(found: Range | NormalRange | None) -> str:
    return f"{number(found.min)}..{number(found.max)}" if found else ""


def facts_of(kpi: KpiDocument) -> tuple[str, ...]:
    """The KPI as a row of FACTS."""
    best = number(kpi.normal_range.optimal) if kpi.normal_range else ""
    normal = bounds(kpi.normal_range) + (f", {best}" if best else "")
    thresholds = {str(severity): row.condition for severity, row in kpi.risk_thresholds.items()}
    levels = (thresholds.get(severity, "") for severity in ("warning", "critical", "info"))
    return (kpi.name, STANDARD_UNITS[kpi.unit].symbol, bounds(kpi.absolute_range), normal, *levels)


def test_it_holds_the_facts_and_no_more(registry: RegistryDocument) -> None:
    assert sorted(facts_of(kpi) for kpi in registry.kpis) == sorted(ROWS)


def test_there_are_nineteen_kpis(registry: RegistryDocument) -> None:
    assert len({kpi.name for kpi in registry.kpis}) == len(registry.kpis) == len(ROWS) == 19


def test_it_reads_without_a_finding(loaded: Loaded[RegistryDocument]) -> None:
    assert loaded.findings == []


def test_no_rule_warns(registry: RegistryDocument) -> None:
    assert [finding for finding in check_registry(registry) if finding.level is not Level.NOTE] == []


def test_export_is_the_same_bytes_every_time(registry: RegistryDocument) -> None:
    written = write_registry(registry)
    again = read_registry(written, "again.yaml").document
    assert again == registry
    assert write_registry(again) == written


def test_every_kpi_explains_itself_in_one_or_two_sentences(registry: RegistryDocument) -> None:
    for kpi in registry.kpis:
        sentences = kpi.description.split("\n")
        assert all((kpi.title, kpi.category, kpi.owner)), kpi.name
        assert len(sentences) <= 2, kpi.name
        assert all(re.fullmatch(r"[A-Z].*[^ ]\.", sentence) for sentence in sentences), kpi.name


def test_its_layout_is_the_canonical_one() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert format_yaml(text) == text


def test_every_threshold_names_an_action(registry: RegistryDocument) -> None:
    actions = [row.action for kpi in registry.kpis for row in kpi.risk_thresholds.values()]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", action) for action in actions)


def test_the_readme_lists_every_kpi(registry: RegistryDocument) -> None:
    readme = (ROOT / "examples/auren/README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z]\w+)`", readme, re.M)) == {kpi.name for kpi in registry.kpis}
