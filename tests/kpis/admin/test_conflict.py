"""Two people edit one KPI at once."""

from django.urls import reverse

from kpis.admin.conflict import DRAFTS
from kpis.models import KPI
from tests.kpis.admin.test_history import edit
from tests.kpis.conftest import form_data


def change_url(kpi):
    return reverse("admin:kpis_kpi_change", args=[kpi.pk])


def test_the_second_sees_both_versions_and_nothing_is_overwritten(hrv, editor_client):
    stale = form_data(hrv, critical_condition="< 18")
    edit(editor_client, hrv, critical_condition="< 15", title="HRV")
    response = editor_client.post(change_url(hrv), stale)
    assert response.status_code == 409
    labels = {part.label: part for part in response.context["differing"]}
    assert labels["critical condition"].clashes
    assert not labels["title"].clashes
    assert KPI.objects.get().thresholds.get(severity="critical").condition == "< 15"


def test_merging_opens_the_form_on_both_changes_and_saves_nothing_yet(hrv, editor_client):
    stale = form_data(hrv, critical_condition="< 18", normal_max="99", info_condition="> 99")
    edit(editor_client, hrv, critical_condition="< 15", title="HRV")
    choice = {"choose:risk_thresholds.critical.condition": "mine"}
    response = editor_client.post(reverse("admin:kpis_kpi_merge", args=[hrv.pk]), stale | choice, follow=True)
    form = response.context["adminform"].form
    rows = response.context["inline_admin_formsets"][0].formset.by_severity
    assert (form["title"].value(), str(form["normal_max"].value())) == ("HRV", "99")
    assert [row["condition"].value() for row in rows] == ["< 18", "< 30", "> 99"]
    assert str(form["started_from"].value()) == "2"
    assert KPI.objects.get().revision == 2


def test_the_merged_form_saves(hrv, editor_client):
    stale = form_data(hrv, critical_condition="< 18")
    edit(editor_client, hrv, title="HRV")
    editor_client.post(reverse("admin:kpis_kpi_merge", args=[hrv.pk]), stale)
    kpi = edit(editor_client, KPI.objects.whole().get(), title="HRV", critical_condition="< 18")
    assert (kpi.title, kpi.thresholds.get(severity="critical").condition, kpi.revision) == ("HRV", "< 18", 3)


def test_a_form_sent_twice_is_one_change(hrv, editor_client):
    data = form_data(hrv, title="HRV")
    first, second = (editor_client.post(change_url(hrv), data) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert KPI.objects.get().revision == 2


def test_a_viewer_merges_nothing(hrv, viewer_client):
    response = viewer_client.post(reverse("admin:kpis_kpi_merge", args=[hrv.pk]), form_data(hrv, title="HRV"))
    assert response.status_code == 403
    assert DRAFTS not in viewer_client.session


def test_a_stale_form_of_a_viewer_is_forbidden(hrv, viewer_client):
    assert viewer_client.post(change_url(hrv), form_data(hrv, started_from="0")).status_code == 403
