"""The preview of a KPI's form is the verdict that a save gets, for every state of the form."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.models import Unit
from tests.kpis.conftest import form_data
from tests.verdicts import check_preview

NUMBERS = ["", "0", "20", "30", "50", "100", "1000", "-5", "0.8", "0,8", "abc", "1e400", "NaN"]
CONDITIONS = [
    "", " ", "< 20", "< 15", "< 30", "> 100", "> 120", "80..89", "89..80", "< 120", "drop >= 10% over 7d", "<",
    "< abc", "high", "< 45,5", "above 45", "> 45 min", "\x00", "< 20\x07", "<" * 250,
]  # fmt: skip
LENGTHS = ["", "", "", "10m", "ten minutes", "1w", "x" * 60]
ROW = {
    "condition": CONDITIONS, "action": ["", "rest_today", "Rest Today", "a" * 130, "a\x07"], "for_duration": LENGTHS,
    "keep_firing_for": LENGTHS, "recover_if": ["", "", ">= 25", "< 10", "what"],
}  # fmt: skip
HEAD = {
    "name": ["", "hrv_rmssd", "hrv_rmssd ", "Grip", "resting_hr", "x" * 200],
    "title": ["", "Grip strength", "a\u202eb", "t" * 300],
    "prometheus_metric": ["", "auren_hrv_rmssd_ms", "auren_x_total", "hrv"],
    "status": ["active", "deprecated", "draft", "gone", ""],
    "missing_data": ["", "2d", "soon"],
    "reason": ["", "why not", "r" * 501],
    "references": ["", "One\nTwo", "a\x07"],
    "successor": ["", "999999", "x"],
    **dict.fromkeys(["absolute_min", "absolute_max", "normal_min", "normal_max", "optimal"], NUMBERS),
}
SEVERITIES = ("critical", "warning", "info")


@st.composite
def changes(draw: st.DrawFn) -> dict[str, str]:
    """A few inputs of the form with other texts in them, by the names of ``form_data``."""
    inputs = [*HEAD, *(f"{severity}_{name}" for severity in SEVERITIES for name in ROW), "unit"]
    found = {}
    for name in draw(st.lists(st.sampled_from(inputs), max_size=6, unique=True)):
        if name == "unit":
            found[name] = draw(st.sampled_from(["", "1", "bpm", "999999"]))
        else:
            found[name] = draw(st.sampled_from(HEAD.get(name) or ROW[name.split("_", 1)[1]]))
    for severity in draw(st.lists(st.sampled_from(SEVERITIES), max_size=2, unique=True)):  # a row is cleared
        found |= {f"{severity}_{name}": "" for name in ROW}
    return found


def check(client, kpi, inputs, new) -> bool:
    of = () if new else (kpi.pk,)
    preview, save = (
        ("kpis_kpi_preview_add", "kpis_kpi_add") if new else ("kpis_kpi_preview", "kpis_kpi_change")
    )
    if "unit" in inputs and inputs["unit"] == "bpm":
        inputs = inputs | {"unit": str(Unit.objects.get(code="bpm").pk)}
    data = form_data(None if new else kpi, **inputs)
    if new and "name" not in inputs:
        data |= {"name": "grip_strength", "prometheus_metric": "auren_grip_strength_ms"}
    return check_preview(
        client, reverse(f"admin:{preview}", args=of), reverse(f"admin:{save}", args=of), data
    )


SMALL = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SMALL
@given(changes(), st.booleans())
def test_the_preview_says_saveable_exactly_when_a_save_goes_through(hrv, editor_client, inputs, new):
    check(editor_client, hrv, inputs, new)


@pytest.mark.slow
@settings(SMALL, max_examples=250)
@given(changes(), st.booleans())
def test_the_same_for_many_more_states_of_the_form(hrv, editor_client, inputs, new):
    check(editor_client, hrv, inputs, new)


def test_a_threshold_is_taken_away_by_clearing_its_row(hrv, editor_client):
    gone = dict.fromkeys(["critical_condition", "critical_action"], "")
    assert check(editor_client, hrv, gone, new=False)
    data = form_data(hrv, **gone)
    answer = editor_client.post(reverse("admin:kpis_kpi_preview", args=[hrv.pk]), data).json()
    assert "Critical below 20" not in answer["aside"]
    editor_client.post(reverse("admin:kpis_kpi_change", args=[hrv.pk]), data)
    assert set(hrv.thresholds.values_list("severity", flat=True)) == {"warning", "info"}


def test_a_condition_that_was_cleared_is_not_drawn_any_more(hrv, editor_client):
    data = form_data(hrv, critical_condition="")
    answer = editor_client.post(reverse("admin:kpis_kpi_preview", args=[hrv.pk]), data).json()
    assert "Critical below 20" not in answer["aside"]
    assert "Warning below 30" in answer["aside"]
    assert not answer["saveable"]
    assert list(answer["errors"].values()) == [["Say when it holds, or clear the whole row."]]


def test_what_somebody_else_saved_meanwhile_is_told_before_one_saves(hrv, editor_client):
    answer = editor_client.post(
        reverse("admin:kpis_kpi_preview", args=[hrv.pk]), form_data(hrv, started_from="0")
    ).json()
    assert (answer["saveable"], answer["stale"], answer["errors"]) == (False, True, {})
