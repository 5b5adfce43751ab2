"""Agents compiled for the rules."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.agents import AgentContext, compile_binding, cycles_among, find_cycles
from contracts.documents import BindingDocument, BindingsDocument
from contracts.severity import Severity
from contracts.spec import compile_kpi
from tests.contracts.samples import kpi


def asks(agent, *others):
    collaboration = {"on_risk": [{"agent": other} for other in others]}
    return BindingsDocument.model_validate({"agent": agent, "kpis_used": [], "collaboration": collaboration})


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], ()),
        ([asks("A", "B"), asks("B", "C")], ()),
        ([asks("A", "A")], ()),  # another rule's
        ([asks("B", "A"), asks("A", "B")], (("A", "B"),)),
        ([asks("C", "A"), asks("A", "B"), asks("B", "C")], (("A", "B", "C"),)),
        ([asks("A", "B", "C"), asks("B", "A"), asks("C", "A")], (("A", "B"), ("A", "C"))),
        ([asks("A", "B"), asks("B", "A", "C"), asks("C", "A")], (("A", "B"), ("A", "B", "C"))),
        ([asks("X", "A"), asks("A", "B"), asks("B", "A", "Y"), asks("Y", "Z")], (("A", "B"),)),
    ],
)
def test_circles_begin_with_the_first_name(documents, expected):
    assert set(find_cycles(documents)) == set(expected)


names = st.sampled_from("ABCDEFG")


@given(st.lists(st.tuples(names, names), max_size=14))
def test_whoever_is_in_a_circle_is_told_of_one(asked):
    asked = [(one, other) for one, other in asked if one != other]

    def reached(agent):
        found = {target for one, target in asked if one == agent}
        while more := {target for one, target in asked if one in found} - found:
            found |= more
        return found

    circles = cycles_among(asked)
    assert all(pair in asked for circle in circles for pair in pairwise((*circle, circle[0])))
    assert {name for circle in circles for name in circle} == {
        one for one in "ABCDEFG" if one in reached(one)
    }


def binding(**alerting):
    context = AgentContext.of(kpis=[compile_kpi(kpi())], agents=None)
    document = BindingDocument.model_validate({"key": "hrv_rmssd", "alerting": alerting})
    return compile_binding(document, "NEUROS", context)


def test_a_binding_without_triggers_inherits_the_thresholds():
    assert binding().severities == {Severity.INFO, Severity.WARNING, Severity.CRITICAL}
    assert binding(risk_if="< 20").severities == {Severity.CRITICAL}


def test_older_drops_are_triggers_too():
    (trigger,) = binding(caution_if_drop_pct=">= 10 over 7d").triggers
    assert (trigger.severity, str(trigger.condition)) == (Severity.WARNING, "drop >= 10% over 7d")
