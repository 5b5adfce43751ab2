"""Where a finding is mended."""

import pytest

from bindings.models import ActionKind
from bindings.reports.places import Places, agent_anchor, in_words, kpi_anchor
from tests.bindings.reports.conftest import entry


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        (("kpis", 3, "risk_thresholds", "critical", "condition"), "threshold-critical"),
        (("kpis", 3, "risk_thresholds", "elevated"), "threshold-info"),
        (("kpis", 3, "normal_range", "min"), "id_normal_min"),
        (("kpis", 3, "unit"), "id_unit"),
        (("kpis", 3, "x-note"), ""),
        (("kpis", 3), ""),
    ],
)
def test_a_place_of_a_kpi_is_a_field_of_its_form(path, anchor):
    assert kpi_anchor(path) == anchor


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        (("kpis_used", 2, "alerting", "risk_if"), "id_bindings-2-critical-condition"),
        (("kpis_used", 2, "alerting", "caution_if_drop_pct"), "id_bindings-2-warning-condition"),
        (("kpis_used", 2, "alerting", "actions", 1, "name"), "bindings-2-actions-1"),
        (("kpis_used", 2, "alerting", "condition"), "id_bindings-2-guard"),
        (("kpis_used", 2, "role"), "id_bindings-2-role"),
        (("kpis_used", 2, "key"), "bindings-2"),
        (("collaboration", "on_risk", 0, "agent"), "handoffs"),
        (("agents", "NEUROS", "status"), "id_status"),
        (("agent",), "id_name"),
    ],
)
def test_a_place_of_an_agent_is_on_its_page(path, anchor):
    assert agent_anchor(path) == anchor


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("kpis", 3, "risk_thresholds", "warning", "condition"), "warning condition"),
        (("kpis", 3, "normal_range", "min"), "normal range min"),
        (("kpis_used", 0, "alerting", "risk_if"), "critical"),
        (("collaboration", "on_risk", 0, "agent"), "hand-offs"),
        (("agents", "NEUROS", "status"), "status"),
    ],
)
def test_it_is_said_in_words(path, words):
    assert in_words(path, "NEUROS") == words


def test_what_is_gone_leads_nowhere_and_settings_to_their_page(registry):
    gone, settings = (
        entry("a"),
        entry("b")._replace(kpi="", subject="", path=("export_config", "prometheus", "prefix")),
    )
    places = Places([gone, settings])
    assert places.of(gone).url == ""
    assert places.of(settings).url == "/admin/kpis/registrysettings/1/change/#id_prefix"


def test_what_is_about_a_binding_opens_it_on_the_page_of_its_agent(neuros):
    about = entry("a")._replace(kpi="", agent="NEUROS", path=("kpis_used", 2, "role"))
    address = f"/admin/bindings/agent/{neuros.pk}/change/?open=bindings-2#id_bindings-2-role"
    assert Places([about]).of(about).url == address


def test_many_need_two_queries(neuros, hrv, django_assert_num_queries):
    several = [entry("a")._replace(kpi=hrv.name), entry("b")._replace(kpi="", agent="NEUROS")]
    with django_assert_num_queries(2):
        places = Places(several)
        assert [places.of(one).url.split("/")[3] for one in several] == ["kpi", "agent"]


@pytest.mark.parametrize(
    ("path", "anchor", "words"),
    [
        (("actions", "rest_today", "agents", 0), "id_agents", "agents"),
        (("actions", "rest_today"), "id_name", "the catalogue of actions"),
    ],
)
def test_a_place_of_the_catalogue_is_on_the_action_s_page(db, path, anchor, words):
    action = ActionKind.objects.create(name="rest_today")
    one = entry("m")._replace(path=path, subject="rest_today", kpi="", agent="")
    place = Places([one]).of(one)
    assert (place.url, place.words) == (f"/admin/bindings/actionkind/{action.pk}/change/#{anchor}", words)
    action.delete()
    assert Places([one]).of(one).url == ""
