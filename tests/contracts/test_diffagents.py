"""What differs between two versions of an agent, told in words and classed."""

from typing import Any

import pytest

from contracts.diff import ChangeClass
from contracts.diffagents import diff_agents, diff_bindings, diff_entries, diff_rosters
from contracts.documents import BindingsDocument, RosterAgent, RosterDocument

STEPS = [{"name": "rest_today"}, {"name": "sleep_early"}]
ALERTING: dict[str, Any] = {"risk_if": "< 25", "actions": STEPS}
BINDING: dict[str, Any] = {"key": "hrv_rmssd", "role": "primary_signal", "alerting": ALERTING}
ASKED = {"agent": "SOMNOS", "reason": "Poor sleep is a common cause."}


def bindings(*used, **parts) -> BindingsDocument:
    return BindingsDocument.model_validate({"agent": "NEUROS", "kpis_used": list(used), **parts})


def with_alerting(**parts) -> BindingsDocument:
    return bindings(BINDING | {"alerting": ALERTING | parts})


WORDS = [
    (with_alerting(risk_if="< 20"), "behavioural", "NEUROS/hrv_rmssd critical: < 25 → < 20 ms"),
    (with_alerting(risk_if="<25"), "cosmetic", "NEUROS/hrv_rmssd critical: < 25 → <25 ms"),
    (with_alerting(risk_if=""), "breaking", "NEUROS/hrv_rmssd critical removed (was < 25)"),
    (with_alerting(caution_if="< 30"), "behavioural", "NEUROS/hrv_rmssd warning added: < 30 ms"),
    (
        with_alerting(caution_if_drop_pct=">= 10 over 7d"),
        "behavioural",
        "NEUROS/hrv_rmssd warning added: drop >= 10% over 7d",
    ),
    (with_alerting(condition="age > 40"), "behavioural", "NEUROS/hrv_rmssd applies when age > 40 (was ever)"),
    (with_alerting(timing={"risk": {"for": "10m"}}), "behavioural", "NEUROS/hrv_rmssd: timing added"),
    (with_alerting(actions=STEPS[:1]), "behavioural", "NEUROS/hrv_rmssd no longer takes sleep_early"),
    (
        with_alerting(actions=STEPS[::-1]),
        "behavioural",
        "NEUROS/hrv_rmssd takes its actions in another order",
    ),
    (
        with_alerting(actions=[{"name": "rest_today", "deadline": "15m"}, {"name": "sleep_early"}]),
        "behavioural",
        "NEUROS/hrv_rmssd rest_today: deadline set to 15m",
    ),
    (
        bindings(BINDING | {"role": "trend_check"}),
        "behavioural",
        "NEUROS/hrv_rmssd: role changed from primary_signal to trend_check",
    ),
    (bindings(BINDING | {"enabled": False}), "behavioural", "NEUROS/hrv_rmssd is switched off"),
    (bindings(BINDING, {"key": "ln_rmssd"}), "behavioural", "NEUROS watches ln_rmssd as well"),
    (bindings(), "breaking", "NEUROS no longer watches hrv_rmssd"),
    (bindings(BINDING, collaboration={"on_risk": [ASKED]}), "behavioural", "NEUROS asks SOMNOS when critical"),
    (
        bindings(BINDING, collaboration={"on_risk": [ASKED | {"kpi": "hrv_rmssd"}]}),
        "behavioural",
        "NEUROS asks SOMNOS when hrv_rmssd is critical",
    ),
    (bindings(BINDING, version="1.2"), "cosmetic", "NEUROS: version changed from 1.1 to 1.2"),
]  # fmt: skip


@pytest.mark.parametrize(("after", "kind", "words"), WORDS, ids=[row[2] for row in WORDS])
def test_a_change_is_told_in_words_and_classed(after, kind, words):
    (change,) = diff_bindings(bindings(BINDING), after, {"hrv_rmssd": "ms"})
    assert (change.kind, str(change)) == (ChangeClass(kind), words)


def test_a_hand_off_that_goes_and_a_reason_that_changes():
    before = bindings(BINDING, collaboration={"on_risk": [ASKED]})
    other = bindings(BINDING, collaboration={"on_risk": [ASKED | {"reason": "Sleep."}]})
    assert [str(c) for c in diff_bindings(before, bindings(BINDING))] == [
        "NEUROS no longer asks SOMNOS when critical"
    ]
    assert [c.kind for c in diff_bindings(before, other)] == [ChangeClass.COSMETIC]


def test_a_drop_is_the_same_under_either_key():
    old, new = (
        {"key": "x", "alerting": a}
        for a in ({"caution_if_drop_pct": ">= 10 over 7d"}, {"caution_if": "drop >= 10% over 7d"})
    )
    assert [c.kind for c in diff_bindings(bindings(old), bindings(new))] == [ChangeClass.COSMETIC]


def test_an_agent_that_gets_or_loses_its_file():
    assert [str(c) for c in diff_agents({}, {"NEUROS": bindings(BINDING)})] == [
        "NEUROS watches hrv_rmssd as well"
    ]
    assert [c.kind for c in diff_agents({"NEUROS": bindings(BINDING)}, {})] == [ChangeClass.BREAKING]
    assert diff_bindings(None, None) == []


def test_the_roster_is_compared_agent_by_agent():
    before = RosterDocument(agents={"NEUROS": RosterAgent(), "SOMNOS": RosterAgent()})
    after = RosterDocument(
        agents={"NEUROS": RosterAgent(enabled=False), "CARDIOS": RosterAgent()}, last_updated="2025-08-01"
    )
    told = [(c.kind.value, str(c)) for c in diff_rosters(before, after)]
    assert told == [
        ("cosmetic", "roster: last updated set to 2025-08-01"),
        ("behavioural", "CARDIOS added to the roster"),
        ("behavioural", "NEUROS is switched off"),
        ("breaking", "SOMNOS removed from the roster"),
    ]


def test_an_entry_is_compared_field_by_field():
    (change,) = diff_entries("NEUROS", RosterAgent(tags=["a"]), RosterAgent(tags=["a", "b"]))
    assert (change.kind, str(change)) == (ChangeClass.COSMETIC, "NEUROS tags: b added")


def test_a_hand_off_about_one_kpi_is_another_one():
    every, one = (
        bindings(BINDING, collaboration={"on_risk": [ASKED | about]}) for about in ({}, {"kpi": "hrv_rmssd"})
    )
    assert [str(c) for c in diff_bindings(every, one)] == [
        "NEUROS asks SOMNOS when hrv_rmssd is critical",
        "NEUROS no longer asks SOMNOS when critical",
    ]
