"""Documents become rows and come back the same."""

import pytest
from django.core.exceptions import ValidationError

from bindings.documents import Contract, as_it_would_be, through_rows
from bindings.models import Agent
from contracts.documents import RosterAgent
from contracts.units import STANDARD_UNITS
from tests.bindings.samples import document, entry, first_binding, replace

FULL_BINDING = {
    "enabled": False,
    "condition": "is_resting == true",
    "x-binding": 1,
    "alerting": {
        "risk_if": "< 20",
        "caution_if": "< 30",
        "caution_if_drop_pct": ">= 10 over 7d",
        "elevated_if": "> 100",
        "risk_if_rising": "3 days",
        "timing": {
            "risk": {"for": "10m", "keep_firing_for": "5m", "recover_if": ">= 25"},
            "caution": {"for": "1h"},
            "x-timing": "kept",
        },
        "actions": [
            {"name": "rest_today", "on": "risk", "description": "Stop.", "deadline": "15m", "x-step": [1]},
            {"name": "sleep_early"},
        ],
    },
}
WRITINGS = {
    "everything": FULL_BINDING,
    "a guard inside alerting": {"alerting": {"condition": "is_resting == true", "risk_if": "< 20"}},
    "two guards": {"condition": "age > 40", "alerting": {"condition": "is_resting == true"}},
    "timing without its trigger": {"alerting": {"timing": {"risk": {"for": "10m"}}}},
    "a drop that is not written with the older key": {"alerting": {"caution_if": "drop >= 10% over 7d"}},
}


@pytest.mark.parametrize("parts", WRITINGS.values(), ids=WRITINGS.keys())
def test_a_document_reads_back_as_itself(kpis, somnos, parts):
    written = first_binding(**parts)
    assert as_it_would_be(written) == written
    assert replace(Agent(name="NEUROS"), written).as_document() == written


LIBERAL = {
    "a condition": {"alerting": {"risk_if": "<25"}},
    "a guard": {"condition": "age>40"},
    "a guard inside alerting": {"alerting": {"condition": "age>40", "risk_if": "< 20"}},
    "an older key": {"alerting": {"caution_if_drop_pct": ">=10.0 over 7d"}},
    "a recovery": {"alerting": {"risk_if": "< 20", "timing": {"risk": {"recover_if": ">30"}}}},
    "a recovery without its trigger": {"alerting": {"timing": {"risk": {"recover_if": ">30"}}}},
    "an action at a severity": {"alerting": {"actions": [{"name": "rest_today", "on": "critical"}]}},
    "a condition with its unit": {"alerting": {"risk_if": "< 20 ms"}},
    "what cannot be read": {"condition": "((", "alerting": {"risk_if": "low", "caution_if": "< 5 apples"}},
}


@pytest.mark.parametrize("parts", [*WRITINGS.values(), *LIBERAL.values()], ids=[*WRITINGS, *LIBERAL])
def test_what_is_taken_as_it_is_written_would_come_back_from_its_rows_the_same(parts):
    written, units = first_binding(**parts), {"hrv_rmssd": STANDARD_UNITS["milliseconds"]}
    assert as_it_would_be(written, units) == through_rows(written, units)


def test_an_action_at_a_severity_that_there_is_not_is_kept_whole_and_refused_by_the_gate(kpis, somnos):
    written = first_binding(alerting={"risk_if": "< 20", "actions": [{"name": "rest_today", "on": "danger"}]})
    assert as_it_would_be(written) == written
    with pytest.raises(ValidationError, match="“danger” is no severity"):
        replace(Agent(name="NEUROS"), written)


def test_unknown_keys_are_kept_everywhere(kpis, somnos):
    collaboration = {"on_risk": [{"agent": "SOMNOS", "reason": "Sleep.", "x-a": 1}], "on_monday": "rest"}
    whole, listed = document(collaboration=collaboration, notes=["n"]), entry(include=["a.yaml"])
    agent = replace(Agent(name="NEUROS"), whole, listed)
    assert (agent.as_document(), agent.as_entry()) == (whole, listed)


def test_conditions_and_guards_are_written_canonically():
    liberal = first_binding(condition="is_resting==true", alerting={"risk_if": "<25", "caution_if": [25, 30]})
    row = as_it_would_be(liberal).kpis_used[0]
    assert (row.guard, row.alerting.risk_if, row.alerting.caution_if) == (
        "is_resting == true",
        "< 25",
        "25..30",
    )


def test_a_status_that_there_is_not_is_kept(somnos):
    agent = replace(somnos, document(agent="SOMNOS", kpis_used=[], collaboration={}), entry(status="gamma"))
    assert (agent.status, agent.as_entry().status) == ("", "gamma")


def test_what_a_revision_keeps_is_the_whole_contract(neuros):
    contract = Contract.of(neuros)
    assert Contract.from_stored(contract.as_stored()) == contract
    assert contract == Contract(document(), entry())


def test_only_an_agent_with_something_to_say_has_a_file(neuros, somnos):
    assert Contract.of(neuros).has_file
    assert not Contract.of(somnos).has_file
    assert not Contract(document(kpis_used=[], collaboration={}), RosterAgent()).has_file
