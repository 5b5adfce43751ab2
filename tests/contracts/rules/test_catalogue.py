"""Rules about the catalogue of actions: what they say, and where they stay silent."""

import pytest
import yaml

from contracts.agents import AgentContext, compile_agent
from contracts.checks import check_actions, check_agent
from contracts.documents import ActionsDocument, BindingsDocument, RosterAgent
from tests.contracts.samples import context, findings, kpi

CATALOGUE = {
    "rest_today": {"title": "Rest today", "agents": ["NEUROS"]},
    "call_a_doctor": {"title": "Call a doctor", "agents": ["SOMNOS", "CARDIOS"]},
    "wait": {"title": "Wait"},
}


def said_of_binding(action, actions=CATALOGUE):
    """What the rules about the catalogue say of a binding of NEUROS with one action."""
    bindings = BindingsDocument.model_validate(
        {
            "agent": "NEUROS",
            "kpis_used": [{"key": "hr", "alerting": {"risk_if": "> 1", "actions": [{"name": action}]}}],
        }
    )
    known = ActionsDocument.model_validate({"actions": actions}).actions if actions is not None else None
    context = AgentContext.of(kpis=None, agents={"NEUROS": RosterAgent()}, actions=known)
    found = check_agent(compile_agent(bindings, context), context)
    return [(one.rule, one.message, one.hint) for one in found if one.rule in ("BND025", "BND026")]


@pytest.mark.parametrize("actions", [None, {}], ids=["no file", "an empty one"])
def test_nothing_is_said_where_there_is_no_catalogue(actions):
    assert said_of_binding("anything", actions) == []


def test_an_action_that_the_agent_implements_is_fine():
    assert said_of_binding("rest_today") == []


def test_an_action_that_is_nearly_in_the_catalogue_is_asked_about():
    [(rule, message, hint)] = said_of_binding("rest_todya")
    assert (rule, message) == ("BND025", "The catalogue of actions does not have “rest_todya”.")
    assert hint.startswith("Did you mean rest_today?")


@pytest.mark.parametrize("name", ["Rest today", "a" * 121], ids=["no name", "too long"])
def test_what_another_rule_objects_to_is_not_said_again(name):
    assert said_of_binding(name) == []


def test_an_action_of_other_agents_says_whose_it_is():
    [(rule, message, hint)] = said_of_binding("call_a_doctor")
    assert rule == "BND026"
    assert message.endswith("The catalogue says that only SOMNOS and CARDIOS do.")
    assert "add NEUROS" in hint


def test_an_action_that_no_agent_implements_is_told():
    [(rule, message, _)] = said_of_binding("wait")
    assert (rule, message) == (
        "BND026",
        "NEUROS does not implement “wait”. The catalogue says that no agent does.",
    )


def said_of_threshold(action, actions=CATALOGUE, left_out=()):
    """What the rules about the catalogue say of a KPI whose threshold recommends an action."""
    document = kpi(risk_thresholds={"critical": {"condition": "< 20", "action": action}})
    around = context()
    if actions is not None:
        known = ActionsDocument.model_validate({"actions": actions}).actions
        around = around.with_actions(known, frozenset(left_out))
    found = findings(document, around)
    return [(one.rule, one.path, one.message, one.hint) for one in found if one.rule in ("KPI045", "KPI046")]


ACTION = ("risk_thresholds", "critical", "action")


@pytest.mark.parametrize("actions", [None, {}], ids=["no file", "an empty one"])
def test_of_a_recommendation_nothing_is_said_where_there_is_no_catalogue(actions):
    assert said_of_threshold("anything", actions) == []


@pytest.mark.parametrize(
    "name",
    ["rest_today", "", "Rest today", "a" * 121],
    ids=["somebody implements it", "none", "no name", "too long"],
)
def test_of_a_recommendation_that_is_fine_or_that_another_rule_objects_to_nothing_is_said(name):
    assert said_of_threshold(name) == []


def test_a_recommendation_that_the_files_define_in_a_shape_that_cannot_be_used_is_not_unknown():
    assert said_of_threshold("odd", left_out=["odd"]) == []


def test_a_recommendation_that_is_nearly_in_the_catalogue_is_asked_about():
    [(rule, path, message, hint)] = said_of_threshold("rest_todya")
    assert (rule, path) == ("KPI045", ACTION)
    assert message == (
        "No agent is known to implement “rest_todya”. The catalogue of actions does not have it."
    )
    assert hint == "Did you mean rest_today? Otherwise add it to the catalogue."


def test_a_recommendation_that_no_agent_implements_is_told():
    [(rule, path, message, hint)] = said_of_threshold("wait")
    assert (rule, path) == ("KPI046", ACTION)
    assert message == "No agent implements “wait”, which is recommended at critical."
    assert hint.startswith("Name the agents that can take it")


def said_of(text, agents=("NEUROS",)):
    catalogue = ActionsDocument.model_validate(yaml.safe_load(text))
    roster = None if agents is None else {name: RosterAgent() for name in agents}
    context = AgentContext.of(kpis=None, agents=roster)
    return [(one.rule, one.path) for one in check_actions(catalogue, context)]


def test_an_agent_is_only_unknown_where_there_is_a_roster():
    text = "actions: {rest: {title: Rest, agents: [NEURO]}}"
    assert said_of(text) == [("ACT004", ("actions", "rest", "agents", 0))]
    assert said_of(text, None) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("actions: {../../etc/passwd: {title: A, agents: [NEUROS]}}", "ACT001"),
        ("actions: {ｒest: {title: A, agents: [NEUROS]}}", "ACT001"),
        ('actions: {rest: {title: "a\\tb", agents: [NEUROS]}}', "ACT002"),
        ('actions: {rest: {title: "a\\u202eb", agents: [NEUROS]}}', "ACT002"),
        ('actions: {rest: {owner: "a\\u2028b", title: A, agents: [NEUROS]}}', "ACT002"),
    ],
)
def test_what_could_be_mistaken_is_refused(text, rule):
    assert said_of(text)[0][0] == rule
