"""Who changed what and why, and the way back."""

from django.urls import reverse

from kpis import services
from kpis.models import KPI, Revision
from tests.kpis.conftest import changed, form_data


def edit(client, kpi, **fields):
    url = reverse("admin:kpis_kpi_change", args=[kpi.pk])
    response = client.post(url, form_data(kpi, **fields))
    assert response.status_code == 302, response.context["errors"]
    return KPI.objects.whole().get(pk=kpi.pk)


def test_the_history_tells_the_change_in_words(hrv, editor_client):
    edit(editor_client, hrv, critical_condition="< 15", reason="new paper")
    page = editor_client.get(reverse("admin:kpis_kpi_history", args=[hrv.pk])).content.decode()
    assert "&lt; 20 → &lt; 15" in page
    assert "new paper" in page


def test_a_former_version_comes_back_whole(hrv, editor_client):
    kpi = edit(
        editor_client, hrv, critical_condition="", critical_action="", normal_max="90", info_condition="> 90"
    )
    url = reverse("admin:kpis_kpi_restore", args=[hrv.pk, 1])
    assert editor_client.get(url).status_code == 200
    assert editor_client.post(url, {"started_from": kpi.revision}).status_code == 302
    assert KPI.objects.whole().get().as_document() == changed()
    assert Revision.objects.of(services.KIND_KPI, hrv.pk)[0].source == "restore"


def test_a_restore_over_someone_elses_edit_is_refused(hrv, editor_client):
    edit(editor_client, hrv, title="HRV")
    response = editor_client.post(reverse("admin:kpis_kpi_restore", args=[hrv.pk, 1]), {"started_from": 1})
    assert response.status_code == 422
    assert KPI.objects.get().title == "HRV"


def test_a_viewer_reads_the_history_and_restores_nothing(hrv, viewer_client):
    assert viewer_client.get(reverse("admin:kpis_kpi_history", args=[hrv.pk])).status_code == 200
    assert viewer_client.post(reverse("admin:kpis_kpi_restore", args=[hrv.pk, 1])).status_code == 403


def test_a_version_that_is_not_there_is_not_found(hrv, editor_client):
    assert editor_client.get(reverse("admin:kpis_kpi_restore", args=[hrv.pk, 99])).status_code == 404
