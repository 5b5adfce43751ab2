"""Fields of the form that read what a browser sends as the registry file has it."""

import pytest

from kpis.forms import KPIForm
from kpis.models import KPI, Revision
from tests.kpis.conftest import form_data, make

LINES = "One line.\nAnother."


@pytest.mark.parametrize("stored", [LINES, LINES + "\n", "  " + LINES])
def test_a_text_of_several_lines_survives_a_browser_unchanged(registry, editor_client, stored):
    kpi = make(description=stored)
    sent = stored.strip().replace("\n", "\r\n")
    editor_client.post(f"/admin/kpis/kpi/{kpi.pk}/change/", form_data(kpi, description=sent))
    assert KPI.objects.get().description == stored
    assert Revision.objects.count() == 1


def test_an_edited_text_is_stored_with_plain_line_ends(hrv, editor_client):
    editor_client.post(f"/admin/kpis/kpi/{hrv.pk}/change/", form_data(hrv, description="New.\r\nLines."))
    assert KPI.objects.get().description == "New.\nLines."


def test_an_empty_field_is_said_to_be_empty_once(hrv):
    form = KPIForm(form_data(name="", prometheus_metric=""), instance=KPI())
    assert form.errors["name"] == ["This field is required."]


def test_blanks_around_a_text_are_no_conflict(registry, editor_client):
    kpi = make(description=LINES + "\n")
    stale = form_data(kpi, description=LINES, owner="mine")
    editor_client.post(f"/admin/kpis/kpi/{kpi.pk}/change/", form_data(kpi, description=LINES, title="Theirs"))
    response = editor_client.post(f"/admin/kpis/kpi/{kpi.pk}/change/", stale)
    assert [part.label for part in response.context["differing"]] == ["title", "owner"]
