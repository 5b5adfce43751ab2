"""What an agent watches, when it acts and whom it asks."""

import pytest

from contracts.agents import AgentContext, compile_agent
from contracts.checks import check_agent
from contracts.documents import BindingsDocument, RosterAgent
from contracts.spec import compile_kpi
from tests.contracts.samples import kpi

ROSTER = {
    "NEUROS": RosterAgent(),
    "SOMNOS": RosterAgent(),
    "CARDIOS": RosterAgent(enabled=False, status="todo"),
}
ACTIONS = {"actions": [{"name": "rest"}]}


def document(agent="NEUROS", asks=(), **alerting):
    collaboration = {"on_risk": [{"agent": name, "reason": "It may help."} for name in asks]}
    binding = {"key": "hrv_rmssd", "role": "primary_signal", "alerting": ACTIONS | alerting}
    return BindingsDocument.model_validate(
        {"agent": agent, "kpis_used": [binding], "collaboration": collaboration if asks else {}}
    )


def told(one, *others, kpis=None, **around):
    specs = [compile_kpi(kpi())] if kpis is None else kpis
    context = AgentContext.of(kpis=specs, agents=ROSTER, bindings=[one, *others], **around)
    return check_agent(compile_agent(one, context), context)


def codes(*documents, **around):
    return [finding.code for finding in told(*documents, **around) if finding.code != "differs_from_kpi"]


@pytest.mark.parametrize(
    ("alerting", "expected"),
    [
        ({}, []),
        ({"risk_if": "< 20"}, []),
        ({"risk_if": "< 25"}, []),
        ({"risk_if": "< 35"}, ["trigger_overlaps_normal"]),
        ({"risk_if": "> 25"}, ["trigger_overlaps_normal", "direction"]),
        ({"risk_if": "> 100"}, ["direction"]),
        ({"risk_if": "> 300"}, ["never_true", "direction"]),
        ({"caution_if": "< 35"}, ["caution_overlaps_normal"]),
        ({"caution_if": "< 20", "risk_if": "< 25"}, ["severities_out_of_order"]),
        ({"caution_if_drop_pct": ">= 10 over 7d"}, []),
        ({"caution_if_drop_pct": "a lot"}, ["condition_invalid"]),
        ({"condition": "is_resting == true"}, []),
        ({"condition": "is_resting"}, ["guard_invalid"]),
        ({"risk_if_falling": "yes"}, ["condition_unsupported"]),
        ({"risk_if": "< 20", "actions": []}, ["trigger_without_action"]),
        (
            {"risk_if": "< 20", "actions": [{"name": "rest", "on": "caution"}]},
            ["trigger_without_action", "action_never_runs"],
        ),
        (
            {"risk_if": "< 20", "actions": [{"name": "rest", "on": "never"}]},
            ["trigger_without_action", "action_severity"],
        ),
        ({"risk_if": "< 20", "actions": [{"name": "Rest!"}]}, ["action_name"]),
    ],
)
def test_a_binding_is_held_against_its_kpi(alerting, expected):
    assert codes(document(**alerting)) == expected


def test_the_other_direction_is_told_with_what_was_meant():
    direction = next(finding for finding in told(document(risk_if="> 25")) if finding.code == "direction")
    assert direction.hint == "Did you mean below 25?"
    assert direction.path == ("kpis_used", 0, "alerting", "risk_if")
    assert direction.subject == "NEUROS/hrv_rmssd"


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        (["SOMNOS"], []),
        (["CARDIOS"], ["target_disabled"]),
        (["SOMNUS"], ["target_unknown"]),
        (["NEUROS"], ["self_target"]),
        (["SOMNOS", "SOMNOS"], ["duplicate_handoff"]),
    ],
)
def test_only_agents_that_can_answer_are_asked(asks, expected):
    assert codes(document(asks=asks)) == expected


def test_a_circle_of_hand_offs_is_told_to_everyone_in_it():
    neuros, somnos = document(asks=["SOMNOS"]), document("SOMNOS", asks=["NEUROS"])
    (circle,) = told(neuros, somnos)
    assert "NEUROS asks SOMNOS, SOMNOS asks NEUROS." in circle.message
    (again,) = told(somnos, neuros)
    assert again.message == circle.message


def test_nothing_is_unknown_where_there_is_nothing_to_compare_with():
    context = AgentContext.of(kpis=None, agents=None)
    assert check_agent(compile_agent(document(agent="NOBODY", asks=["NOONE"]), context), context) == []


def test_what_could_not_be_read_is_not_unknown():
    assert codes(document(), kpis=[]) == ["unknown_kpi"]
    assert codes(document(), kpis=[], left_out=frozenset({"hrv_rmssd"})) == []


def test_a_deprecated_kpi_is_told_with_its_successor():
    old = compile_kpi(kpi(status="deprecated", successor="hrv_sdnn"))
    (finding,) = told(document(), kpis=[old])
    assert (finding.code, finding.level, finding.hint) == (
        "kpi_not_active",
        "warning",
        "Use hrv_sdnn instead.",
    )


def asking(*hand_offs, **alerting):
    """Findings about these hand-offs at a critical value: their codes with where they stand."""
    whole = document(**({"risk_if": "< 20"} | alerting))
    asked = [{"reason": "It may help."} | one for one in hand_offs]
    data = whole.model_dump(by_alias=True) | {"collaboration": {"on_risk": asked}}
    found = told(BindingsDocument.model_validate(data))
    return [
        (one.code, one.path[3]) for one in found if one.path[:1] == ("collaboration",) and len(one.path) > 3
    ]


SOMNOS = {"agent": "SOMNOS"}
HRV = {"kpi": "hrv_rmssd"}


@pytest.mark.parametrize(
    ("hand_offs", "expected"),
    [
        ([SOMNOS | HRV], []),
        ([SOMNOS | {"kpi": "hrv_rmsd"}], [("handoff_kpi", "kpi")]),
        ([SOMNOS | HRV, SOMNOS | HRV], [("duplicate_handoff", "agent")]),
        ([SOMNOS, SOMNOS | HRV], [("duplicate_handoff", "agent")]),
        ([SOMNOS | HRV, SOMNOS], [("duplicate_handoff", "agent")]),
        ([SOMNOS | HRV, SOMNOS | {"kpi": "other"}], [("handoff_kpi", "kpi")]),
    ],
)
def test_a_hand_off_is_about_a_kpi_that_its_agent_watches(hand_offs, expected):
    assert asking(*hand_offs) == expected


def test_a_hand_off_about_a_kpi_needs_a_trigger_of_its_own_binding():
    other = {"key": "other", "alerting": {"risk_if": "< 1"} | ACTIONS}
    data = document(caution_if="< 30").model_dump(by_alias=True)
    data |= {
        "kpis_used": [*data["kpis_used"], other],
        "collaboration": {"on_risk": [SOMNOS | HRV | {"reason": "Sleep."}]},
    }
    found = [
        one for one in told(BindingsDocument.model_validate(data)) if one.code == "handoff_never_happens"
    ]
    assert [one.message for one in found] == [
        "NEUROS never asks SOMNOS when hrv_rmssd is critical. Its binding to hrv_rmssd has no trigger for it."
    ]
