"""The preview of an agent's form is the verdict that a save gets, for every state of the form."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bindings.admin.conftest import agent_data, make_agent
from tests.kpis.admin.test_preview_verdict import CONDITIONS, LENGTHS
from tests.verdicts import check_preview

POOLS = {
    "name": ["", "NEUROS", "neuros 2", "SOMNOS", "CARDIOS", "CARDIOS ", "N" * 300],
    "code": ["", "neuros", "somnos", "a/b", "c" * 200],
    "role": ["", "Nerves", "a\x07", "r" * 300],
    "status": ["beta", "", "gamma"],
    "tags": ["", "one\ntwo", "a\x07"],
    "reason": ["", "why", "r" * 501],
    "key": ["hrv_rmssd", "hrv", "", "a\x07"],
    "role of a binding": ["primary_signal", "", "main"],
    "guard": ["", "is_resting == true", "when resting"],
    "condition": CONDITIONS,
    "for_duration": LENGTHS,
    "recover_if": ["", ">= 30", "< 10", "what"],
    "step": ["", "rest_today", "Rest Today", "a" * 130, "a\x07"],
    "on": ["", "critical", "terrible"],
    "deadline": LENGTHS,
    "target": ["", "SOMNOS", "SOMNUS", "NEUROS"],
    "because": ["", "Sleep.", "a\x07", "r" * 2000],
    "severity": ["critical", "info", "bad"],
    "place": ["0", "x", "7"],
}
INPUTS = {
    **{name: name for name in ("name", "code", "role", "status", "tags", "reason")},
    "bindings-0-key": "key",
    "bindings-0-place": "place",
    "bindings-0-role": "role of a binding",
    "bindings-0-guard": "guard",
    **{f"bindings-0-{severity}-condition": "condition" for severity in ("critical", "warning", "info")},
    "bindings-0-critical-for_duration": "for_duration",
    "bindings-0-warning-recover_if": "recover_if",
    "bindings-0-actions-0-name": "step",
    "bindings-0-actions-0-on": "on",
    "bindings-0-actions-1-deadline": "deadline",
    "handoffs-0-target": "target",
    "handoffs-0-reason": "because",
    "handoffs-0-severity": "severity",
}
changes = st.lists(st.sampled_from([*INPUTS]), max_size=6, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(POOLS[INPUTS[name]]) for name in names})
)


def check(client, agent, inputs, new) -> bool:
    of = () if new else (agent.pk,)
    preview, save = (
        ("bindings_agent_preview_add", "bindings_agent_add")
        if new
        else ("bindings_agent_preview", "bindings_agent_change")
    )
    data = agent_data(agent) | inputs
    if new:
        data |= {"name": "KINETOS", "code": "", "started_from": ""} | inputs
    return check_preview(
        client, reverse(f"admin:{preview}", args=of), reverse(f"admin:{save}", args=of), data
    )


SMALL = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SMALL
@given(changes, st.booleans())
def test_the_preview_says_saveable_exactly_when_a_save_goes_through(neuros, editor_client, inputs, new):
    check(editor_client, neuros, inputs, new)


@pytest.mark.slow
@settings(SMALL, max_examples=250)
@given(changes, st.booleans())
def test_the_same_for_many_more_states_of_the_form(neuros, editor_client, inputs, new):
    check(editor_client, neuros, inputs, new)


def test_a_folder_that_another_agent_has_is_told_before_one_saves(neuros, editor_client):
    make_agent("CARDIOS")
    assert not check(editor_client, neuros, {"code": "cardios"}, new=False)


def test_what_somebody_else_saved_meanwhile_is_told_before_one_saves(neuros, editor_client):
    answer = editor_client.post(
        reverse("admin:bindings_agent_preview", args=[neuros.pk]), agent_data(neuros, started_from="0")
    ).json()
    assert (answer["saveable"], answer["stale"]) == (False, True)
