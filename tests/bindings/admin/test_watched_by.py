"""A KPI's page tells what a change of it would mean for the agents that watch it."""

from django.urls import reverse

from kpis.models import KPI
from tests.kpis.conftest import form_data

OVERLAP = "Critical overlaps the normal range."


def preview(client, kpi, **fields):
    return client.post(reverse("admin:kpis_kpi_preview", args=[kpi.pk]), form_data(kpi, **fields)).json()


def test_what_a_change_would_break_is_told_while_one_types(neuros, editor_client):
    hrv = KPI.objects.get()
    assert OVERLAP not in preview(editor_client, hrv)["parts"]["watchers"]
    answer = preview(editor_client, hrv, normal_min="22", warning_condition="< 22", critical_condition="< 20")
    assert answer["saveable"]
    watchers = answer["parts"]["watchers"]
    assert "NEUROS" in watchers
    assert OVERLAP in watchers


def test_it_is_told_when_the_page_is_opened(neuros, editor_client):
    KPI.objects.update(normal_min=22)
    page = editor_client.get(reverse("admin:kpis_kpi_change", args=[KPI.objects.get().pk]))
    assert OVERLAP in page.text  # the KPI's own is about its warning, which begins at 30


def test_whoever_may_not_see_agents_is_not_told_of_them(neuros, editor_client, editor):
    editor.user_permissions.set(editor.user_permissions.exclude(codename__endswith="_agent"))
    editor.groups.clear()
    assert "NEUROS" not in preview(editor_client, KPI.objects.get())["parts"]["watchers"]
