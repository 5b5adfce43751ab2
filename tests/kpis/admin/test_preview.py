"""The picture and the findings of an unsaved form."""

from django.urls import reverse

from kpis.models import KPI
from tests.kpis.conftest import changed, form_data


def preview(client, data, kpi=None):
    url = reverse("admin:kpis_kpi_preview", args=[kpi.pk]) if kpi else reverse("admin:kpis_kpi_preview_add")
    return client.post(url, data)


def test_it_says_what_the_rules_say_before_saving(hrv, editor_client):
    answer = preview(editor_client, form_data(hrv, critical_condition="< 120"), hrv).json()
    assert not answer["saveable"]
    assert "overlaps the normal range" in answer["aside"]
    assert any(name.endswith("-condition") for name in answer["errors"])


def test_what_only_engineers_can_use_is_folded_away(hrv, editor_client):
    aside = preview(editor_client, form_data(hrv), hrv).json()["aside"]
    shown, folded = aside.split("<details", 1)
    assert "Prometheus recommends" not in shown
    assert "1 note for engineers" in folded
    assert "Prometheus recommends seconds" in folded


def test_it_saves_nothing(hrv, editor_client):
    preview(editor_client, form_data(hrv, title="other", critical_condition="< 10"), hrv)
    assert KPI.objects.whole().get().as_document() == changed()


def test_a_sound_form_is_not_blocked(hrv, editor_client):
    answer = preview(editor_client, form_data(hrv, critical_condition="< 15"), hrv).json()
    assert (answer["saveable"], answer["errors"]) == (True, {})
    assert "&lt; 15" in answer["aside"]


def test_an_empty_new_form_is_not_blamed_by_the_rules_and_cannot_be_saved(registry, editor_client):
    answer = preview(editor_client, {"thresholds-TOTAL_FORMS": "0", "thresholds-INITIAL_FORMS": "0"}).json()
    assert "level-error" not in answer["aside"]
    assert (answer["saveable"], set(answer["errors"])) == (
        False,
        {"name", "unit", "status", "prometheus_metric"},
    )


def test_numbers_that_cannot_be_read_are_errors_of_their_field(hrv, editor_client):
    for text in ("abc", "NaN", "Infinity", "1e400", "1" * 400):
        answer = preview(editor_client, form_data(hrv, normal_min=text), hrv)
        assert answer.status_code == 200
        assert "normal_min" in answer.json()["errors"], text


def test_only_those_who_may_change_may_ask(hrv, viewer_client, stranger_client):
    assert preview(viewer_client, form_data(hrv), hrv).status_code == 403
    assert preview(stranger_client, form_data(hrv), hrv).status_code == 302


def test_only_a_form_can_be_asked_about(hrv, editor_client):
    assert editor_client.get(reverse("admin:kpis_kpi_preview", args=[hrv.pk])).status_code == 405
