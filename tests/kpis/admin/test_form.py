"""The form of a KPI: what it saves, what it refuses and where it says so."""

import pytest
from django.urls import reverse

from kpis.models import KPI, Revision, Threshold
from tests.kpis.conftest import changed, form_data

ADD = "/admin/kpis/kpi/add/"


def change_url(kpi):
    return reverse("admin:kpis_kpi_change", args=[kpi.pk])


def codes(response):
    """The codes of all errors on the form and its rows."""
    form = response.context["adminform"].form
    formset = response.context["inline_admin_formsets"][0].formset
    errors = [form.errors.as_data(), *(row.errors.as_data() for row in formset.forms)]
    listed = [error for by_field in errors for found in by_field.values() for error in found]
    return {error.code for error in [*listed, *formset.non_form_errors().as_data()]}


def test_a_new_kpi_is_saved_with_its_thresholds_and_its_first_revision(registry, editor_client):
    response = editor_client.post(ADD, form_data(reason="first"))
    assert response.status_code == 302
    kpi = KPI.objects.whole().get()
    assert {row.severity: row.condition for row in kpi.thresholds.all()} == {
        "critical": "< 20",
        "warning": "< 30",
        "info": "> 100",
    }
    assert Revision.objects.get().reason == "first"


def test_a_change_is_saved_as_the_next_revision(hrv, editor_client):
    editor_client.post(change_url(hrv), form_data(hrv, title="HRV", reason="shorter"))
    kpi = KPI.objects.get()
    assert (kpi.title, kpi.revision) == ("HRV", 2)


def test_a_form_without_a_change_makes_no_revision(hrv, editor_client):
    assert editor_client.post(change_url(hrv), form_data(hrv)).status_code == 302
    assert Revision.objects.count() == 1


def test_a_blank_row_is_no_threshold(hrv, editor_client):
    editor_client.post(change_url(hrv), form_data(hrv, info_condition="", info_action=""))
    assert set(Threshold.objects.values_list("severity", flat=True)) == {"critical", "warning"}


def test_a_row_with_an_action_and_no_condition_is_refused(hrv, editor_client):
    response = editor_client.post(change_url(hrv), form_data(hrv, info_condition=""))
    assert response.status_code == 200
    assert codes(response)


def test_a_condition_is_saved_in_its_canonical_form(hrv, editor_client):
    editor_client.post(change_url(hrv), form_data(hrv, critical_condition="<19"))
    assert KPI.objects.get().thresholds.get(severity="critical").condition == "< 19"


def test_critical_over_the_normal_range_is_refused_on_its_row(hrv, editor_client):
    response = editor_client.post(change_url(hrv), form_data(hrv, critical_condition="< 120"))
    rows = response.context["inline_admin_formsets"][0].formset.by_severity
    assert rows[0].errors["condition"]
    assert not rows[1].errors
    assert KPI.objects.whole().get().as_document() == changed()


@pytest.mark.parametrize("name", ["normal_min", "absolute_max", "optimal"])
def test_a_range_out_of_order_is_refused_on_its_field(hrv, editor_client, name):
    wrong = {"normal_min": "101", "absolute_max": "0", "optimal": "200"}[name]
    response = editor_client.post(change_url(hrv), form_data(hrv, **{name: wrong}))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors


def test_a_viewer_sees_the_page_and_cannot_save(hrv, viewer_client):
    assert viewer_client.get(change_url(hrv)).status_code == 200
    assert viewer_client.post(change_url(hrv), form_data(hrv, title="x")).status_code == 403


def test_a_stranger_sees_nothing(hrv, stranger_client):
    assert stranger_client.get(change_url(hrv)).status_code == 302


def test_the_page_carries_no_select_of_all_kpis(hrv, editor_client):
    html = editor_client.get(change_url(hrv)).content.decode()
    successor = html.split('name="successor"')[1].split("</select>")[0]
    assert successor.count("<option") <= 1


def test_how_it_alerts_is_saved_and_kept_in_the_history(hrv, editor_client):
    fields = {"alert_mode": "cohort", "cohort_share": "12.5", "noise_budget": "0.5"}
    editor_client.post(change_url(hrv), form_data(hrv, **fields))
    alerts = {"mode": "cohort", "cohort_share": 12.5, "noise_budget": 0.5}
    assert Revision.objects.values_list("document__alerts", flat=True).first() == alerts
    assert editor_client.get(change_url(hrv)).content.decode().count('value="12.5"') == 1


@pytest.mark.parametrize("field", ["cohort_share", "noise_budget"])
def test_a_share_or_a_budget_of_nothing_is_refused_on_its_field(hrv, editor_client, field):
    response = editor_client.post(change_url(hrv), form_data(hrv, **{field: "0"}))
    assert codes(response) == {"alert_number"}
    assert field in response.context["adminform"].form.errors
