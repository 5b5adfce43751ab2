"""The list of KPIs: what it shows, how it is cut, and what can be done to several at once."""

import pytest
import yaml

from kpis.models import KPI
from tests.form_filling import fill_in
from tests.kpis.conftest import make

LIST = "/admin/kpis/kpi/"


@pytest.fixture
def thirty(registry):
    return [make(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}_ms") for n in range(30)]


def test_a_row_shows_the_bands_and_the_findings(hrv, editor_client):
    html = editor_client.get(LIST).content.decode()
    assert "Critical below 20 ms" in html
    assert "1 note" in html


@pytest.mark.parametrize("count", [3, 30])
def test_few_and_many_rows_need_the_same_queries(registry, count, editor_client, django_assert_num_queries):
    for n in range(count):
        make(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}_ms")
    editor_client.get(LIST)
    # Session, person, two of permissions, two counts, KPIs, thresholds, settings, rules, units, actions, two
    # filters
    with django_assert_num_queries(14):
        editor_client.get(LIST)


def test_the_rows_a_page_are_chosen_and_remembered(thirty, editor_client):
    response = editor_client.get(LIST, {"per_page": "25", "q": "kpi", "p": "2"}, follow=True)
    assert response.redirect_chain == [(LIST + "?q=kpi", 302)]
    assert len(response.context["cl"].result_list) == 25
    assert len(editor_client.get(LIST).context["cl"].result_list) == 25


@pytest.mark.parametrize("size", ["1", "1000000", "x", ""])
def test_a_size_that_is_not_offered_is_ignored(thirty, editor_client, size):
    response = editor_client.get(LIST, {"per_page": size}, follow=True)
    assert len(response.context["cl"].result_list) == 30


STRANGE = [
    "ordering=password",
    "successor__unit__code=x",
    "o=999",
    "p=x",
    "status__exact=%00",
    "q=%00",
    "q=%ff",
]


@pytest.mark.door
@pytest.mark.parametrize("query", STRANGE)
def test_a_query_that_makes_no_sense_is_no_crash_and_shows_nothing_more(hrv, editor_client, query):
    response = editor_client.get(f"{LIST}?{query}", follow=True)
    assert response.status_code in (200, 400)


def test_several_are_deprecated_and_activated_at_once(thirty, editor_client):
    data = {"_selected_action": [kpi.pk for kpi in thirty[:5]], "action": "deprecate"}
    editor_client.post(LIST, data)
    assert KPI.objects.filter(status="deprecated").count() == 5
    editor_client.post(LIST, data | {"action": "activate"})
    assert KPI.objects.filter(status="active").count() == 30


def test_the_selection_is_exported_as_a_registry_file(thirty, editor_client):
    data = {"_selected_action": [thirty[3].pk, thirty[1].pk], "action": "export"}
    response = editor_client.post(LIST, data)
    assert response["Content-Disposition"] == 'attachment; filename="kpi_registry.yaml"'
    assert [kpi["name"] for kpi in yaml.safe_load(response.content)["kpis"]] == ["kpi_1", "kpi_3"]


def test_a_viewer_cannot_change_several(thirty, viewer_client):
    viewer_client.post(LIST, {"_selected_action": [thirty[0].pk], "action": "deprecate"})
    assert not KPI.objects.filter(status="deprecated").exists()


def test_a_unit_in_use_and_a_successor_cannot_be_deleted(hrv, admin_client):
    response = admin_client.get(f"/admin/kpis/unit/{hrv.unit_id}/delete/")
    assert "Heart-rate variability" in response.content.decode()
    make(name="old_hrv", prometheus_metric="auren_old_hrv_ms", status="deprecated", successor="hrv_rmssd")
    fill_in(admin_client, f"{LIST}{hrv.pk}/delete/")
    assert KPI.objects.count() == 2
