"""The database itself refuses what goes around the gate, and each row's own gate says why."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bindings.models import Action, Agent, Binding, HandOff, Roster, Trigger


@pytest.fixture
def binding(neuros) -> Binding:
    return Binding.objects.get(agent=neuros, kpi__name="hrv_rmssd")


ROWS = {
    "an agent's name": lambda b: Agent(name="neuros", code="a"),
    "an agent's folder": lambda b: Agent(name="A", code="../etc"),
    "an agent's status": lambda b: Agent(name="A", code="a", status="gamma"),
    "the same agent twice": lambda b: Agent(name="NEUROS", code="a"),
    "a binding twice": lambda b: Binding(agent=b.agent, kpi=b.kpi),
    "a severity": lambda b: Trigger(binding=b, severity="fatal", condition="< 1"),
    "a trigger twice": lambda b: Trigger(binding=b, severity="critical", condition="< 1"),
    "a trigger without a condition": lambda b: Trigger(binding=b, severity="info", condition=""),
    "the older key at another severity": lambda b: Trigger(
        binding=b, severity="info", condition="< 1", older_key=True
    ),
    "an action's name": lambda b: Action(binding=b, name="Rest now"),
    "an action twice": lambda b: Action(binding=b, name="reduce_training_intensity"),
    "an action's severity": lambda b: Action(binding=b, name="rest", on="risk"),
    "a hand-off to oneself": lambda b: HandOff(agent=b.agent, target=b.agent, severity="critical"),
    "a hand-off's severity": lambda b: HandOff(
        agent=b.agent, target=Agent.objects.get(name="SOMNOS"), severity="risk"
    ),
    "a second roster": lambda b: Roster(pk=2),
}


@pytest.mark.parametrize("make_row", ROWS.values(), ids=ROWS.keys())
def test_the_database_refuses(binding, make_row):
    row = make_row(binding)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.bulk_create([row])


GATES = {
    "never_true": (lambda b: Trigger(binding=b, severity="warning", condition="> 300"), "condition"),
    "duration_invalid": (
        lambda b: Trigger(binding=b, severity="warning", condition="< 30", for_duration="a while"),
        "for_duration",
    ),
    "recovery_overlaps": (
        lambda b: Trigger(binding=b, severity="warning", condition="< 30", recover_if="> 20"),
        "recover_if",
    ),
    "action_name": (lambda b: Action(binding=b, name="Rest now"), "name"),
    "guard_invalid": (lambda b: Binding(pk=b.pk, agent=b.agent, kpi=b.kpi, guard="when resting"), "guard"),
    "self_target": (lambda b: HandOff(agent=b.agent, target=b.agent, severity="critical"), None),
}


@pytest.mark.parametrize("code", GATES)
def test_a_row_on_its_own_is_judged_by_the_rules(binding, code):
    make_row, field = GATES[code]
    with pytest.raises(ValidationError) as refused:
        make_row(binding).full_clean()
    errors = refused.value.error_dict
    assert code in {error.code for found in errors.values() for error in found}
    if field:
        assert code in {error.code for error in errors[field]}


def test_conditions_and_guards_are_cleaned_into_their_canonical_form(binding):
    trigger = Trigger(binding=binding, severity="warning", condition="<30")
    trigger.full_clean()
    binding.guard = "is_resting==true"
    binding.full_clean()
    assert (trigger.condition, binding.guard) == ("< 30", "is_resting == true")


def test_a_drop_that_is_edited_leaves_the_older_key(neuros):
    drop = Trigger.objects.get(older_key=True)
    drop.condition = "< 3"
    drop.full_clean()
    assert (drop.older_key, drop.key) == (False, "caution_if")


def test_an_edited_severity_of_an_action_replaces_what_was_kept(binding):
    step = Action(binding=binding, name="rest", on="critical", extra={"on": "danger"})
    step.full_clean()
    assert step.as_data() == {"name": "rest", "on": "risk"}


@pytest.mark.parametrize("text", ["\u202eevil", "a\x00b"])
def test_texts_with_characters_that_cannot_be_shown_are_refused(neuros, text):
    neuros.role = text
    with pytest.raises(ValidationError) as refused:
        neuros.full_clean()
    assert "role" in refused.value.error_dict


def test_an_agent_is_named_where_a_rule_is_about_its_entry(neuros):
    neuros.status, neuros.enabled = "todo", True
    assert {f.code for f in neuros.findings()} >= {"enabled_but_unbuilt"}
