"""The nine agents of the example: the facts they were given, and nothing that the rules refuse."""

import re
from pathlib import Path

import pytest

from contracts.documents import BindingsDocument
from contracts.findings import Level
from contracts.formatting import format_yaml
from contracts.loading import load_tree
from contracts.severity import HANDOFF_KEYS, TRIGGER_KEYS
from contracts.tree import validate_tree

EXAMPLE = Path(__file__).parents[2] / "examples/auren"
TREE = load_tree([EXAMPLE])
BINDINGS = {one.document.agent: one.document for one in TREE.bindings if one.document}
NINE = "NEUROS NUTROS KINETOS HYPERTROS CARDIOS SOMNOS OPTICOS ENDOS AUREN".split()

# agent | KPI | triggers | guard | actions
FACTS = """
NEUROS | hrv_rmssd | risk_if < 25 | | reduce_training_intensity, trigger_somnos_review
NEUROS | ln_rmssd | caution_if drop >= 10% over 7d | | flag_cns_fatigue
NEUROS | cns_fatigue_index | risk_if >= 75 | | hard_stop_power_training, notify_user_cns_rest_day
NUTROS | glucose_cv_percent | risk_if >= 36 | | review_carbohydrate_timing
NUTROS | protein_adequacy_g_per_kg | caution_if < 1.6 | is_hypertrophy_focused == true | raise_protein_target
"""
# What the registry names for the same thresholds, so that every agent of the demo has something to do.
OURS = """
AUREN | recovery_score | | | light_activity_only, complete_rest_day
CARDIOS | hrv_rmssd | | | reduce_training_intensity, immediate_rest_recommendation
ENDOS | cortisol_awakening_response_pct | | | review_cortisol_rhythm
HYPERTROS | cns_fatigue_index | | | reduce_training_intensity, hard_stop_power_training
KINETOS | fms_total | | | review_movement_screen
SOMNOS | rem_deep_ratio | | | review_sleep_stages
SOMNOS | sleep_debt_hours | | | prioritize_sleep_schedule, mandatory_recovery_period
SOMNOS | sleep_efficiency | | | review_sleep_habits, review_sleep_quality
SOMNOS | sleep_latency_min | | | review_sleep_latency
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in (FACTS.strip() + OURS).splitlines()]
ASKED = {
    ("NEUROS", "on_risk", "SOMNOS"),
    ("NEUROS", "on_risk", "CARDIOS"),
    ("NUTROS", "on_caution", "HYPERTROS"),
}


def facts_of(document: BindingsDocument) -> list[tuple[str, ...]]:
    """Every binding that says something of its own, as a row of FACTS."""
    rows: list[tuple[str, ...]] = []
    for row in document.kpis_used:
        alerting = row.alerting
        triggers = [f"{key} {text}" for key in TRIGGER_KEYS if (text := getattr(alerting, key))]
        actions = ", ".join(action.name for action in alerting.actions)
        if triggers or row.guard or actions:
            rows.append((document.agent, row.key, ", ".join(triggers), row.guard, actions))
    return rows


def test_all_nine_are_on_the_roster_and_run():
    (roster,) = (one.document for one in TREE.rosters)
    assert roster is not None
    assert list(roster.agents) == NINE
    assert all(agent.enabled and agent.role for agent in roster.agents.values())


def test_each_of_them_watches_something_and_together_they_watch_everything():
    (registry,) = (one.document for one in TREE.registries)
    assert registry is not None
    assert sorted(BINDINGS) == sorted(NINE)
    watched = {row.key for document in BINDINGS.values() for row in document.kpis_used}
    assert watched == {kpi.name for kpi in registry.kpis}


def test_they_hold_the_facts_and_no_limits_of_their_own():
    assert sorted(row for document in BINDINGS.values() for row in facts_of(document)) == sorted(ROWS)


def test_they_ask_whom_they_should():
    assert {
        (agent, key, row.agent)
        for agent, document in BINDINGS.items()
        for key in HANDOFF_KEYS
        for row in getattr(document.collaboration, key)
    } == ASKED


def test_no_rule_warns():
    assert [f for f in validate_tree([EXAMPLE]).findings if f.level is not Level.NOTE] == []


@pytest.mark.parametrize(
    "path", sorted((EXAMPLE / "agents").rglob("*.yaml")), ids=lambda path: path.parent.name
)
def test_the_layout_is_the_canonical_one(path):
    text = path.read_text(encoding="utf-8")
    assert format_yaml(text) == text


def test_the_readme_lists_every_agent_with_its_kpis():
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z]+)` \| ([^|]+) \|", readme, re.M)
    assert {name: re.findall(r"`(\w+)`", kpis) for name, kpis in rows} == {
        name: [row.key for row in document.kpis_used] for name, document in BINDINGS.items()
    }
