"""The list of agents, the bulk actions, and what a KPI's pages say of the agents that watch it."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bindings import services
from bindings.models import Agent, Binding
from contracts.rules.bindings import ROLES
from kpis.models import KPI, Revision
from tests.bindings.admin.conftest import agent_data, make_agent
from tests.bindings.reports.conftest import report
from tests.kpis.conftest import make

LIST = "/admin/bindings/agent/"


def row_of(page: str, agent: str) -> str:
    return page.split(f"{agent}</a>")[1].split("</tr>")[0]


def test_the_list_says_what_each_one_watches_and_what_the_last_report_says(neuros, editor_client):
    page = editor_client.get(LIST).text
    assert "not validated yet" in page
    assert "not checked yet" in row_of(page, "NEUROS")
    report()
    page = editor_client.get(LIST).text
    row = row_of(page, "NEUROS")
    assert "1 KPI" in row
    assert "1 note" in row
    assert "findings as of" in page
    assert "not checked yet" not in page


def test_an_agent_that_was_edited_since_the_report_is_not_checked_yet(neuros, editor_client):
    report()
    services.switch(agents=Agent.objects.filter(name="SOMNOS"), on=False, author=None)
    make_agent("NEW_ONE")
    page = editor_client.get(LIST).text
    assert "1 note" in row_of(page, "NEUROS")
    for agent in ("SOMNOS", "NEW_ONE"):
        assert "not checked yet" in row_of(page, agent)


def test_who_may_ask_for_a_report_can_do_so_beside_the_list(neuros, editor, editor_client):
    assert "Validate now" not in editor_client.get(LIST).text
    editor.user_permissions.add(Permission.objects.get(codename="add_validationreport"))
    assert "Validate now" in editor_client.get(LIST).text


def test_the_list_takes_the_same_queries_for_two_and_for_thirty(
    neuros, editor_client, django_assert_num_queries
):
    report()
    editor_client.get(LIST)
    # Session, person, permissions (2), counts (2), the page, the last report, what was edited since.
    with django_assert_num_queries(9) as few:
        editor_client.get(LIST)
    for number in range(28):
        kpi = make(name=f"k_{number}", prometheus_metric=f"auren_k_{number}_ms")
        make_agent(f"A_{number}", {"agent": f"A_{number}", "kpis_used": [{"key": kpi.name}]})
    with django_assert_num_queries(len(few)):
        editor_client.get(LIST)


def test_the_page_proposes_the_usual_roles_and_takes_any(neuros, editor_client):
    page = editor_client.get(f"{LIST}{neuros.pk}/change/").text
    assert all(f'<option value="{role}"></option>' in page for role in ROLES)
    data = agent_data(neuros)
    (name,) = [name for name in data if name.endswith("-role") and data[name] == "primary_signal"]
    assert editor_client.post(f"{LIST}{neuros.pk}/change/", data | {name: "night watch"}).status_code == 302
    assert Binding.objects.filter(role="night watch").exists()


def test_the_navigation_leads_to_agents_and_map(neuros, editor_client):
    navigation = editor_client.get("/admin/").text.split("<nav")[1].split("</nav>")[0]
    assert LIST in navigation
    assert reverse("admin:bindings_agent_map") in navigation


def test_agents_are_switched_off_together_and_each_keeps_a_revision(neuros, editor_client):
    chosen = {"action": "disable", "_selected_action": [agent.pk for agent in Agent.objects.all()]}
    editor_client.post(LIST, chosen)
    assert not Agent.objects.filter(enabled=True).exists()
    assert Revision.objects.filter(kind="agent", source="bulk").count() == 2


def test_a_viewer_switches_nothing(neuros, viewer_client):
    viewer_client.post(LIST, {"action": "disable", "_selected_action": [neuros.pk]})
    assert Agent.objects.get(pk=neuros.pk).enabled


def test_a_kpis_page_shows_who_watches_it(neuros, hrv, editor_client):
    page = editor_client.get(reverse("admin:kpis_kpi_change", args=[hrv.pk])).text
    part = page.split("Watched by")[1]
    assert reverse("admin:bindings_agent_change", args=[neuros.pk]) in part
    assert "&lt; 25" in part


def test_who_may_not_see_agents_is_not_told_who_watches(neuros, hrv, editor, editor_client):
    editor.user_permissions.remove(*editor.user_permissions.filter(codename="view_agent"))
    assert "Watched by" not in editor_client.get(reverse("admin:kpis_kpi_change", args=[hrv.pk])).text


@pytest.mark.parametrize("data", [None, {"post": "yes", "seen": "1"}])
def test_a_kpi_that_is_bound_is_not_deleted_and_the_page_lists_who_uses_it(neuros, hrv, editor_client, data):
    url = reverse("admin:kpis_kpi_delete", args=[hrv.pk])
    page = editor_client.get(url) if data is None else editor_client.post(url, data)
    assert "It cannot be deleted while it is in use." in page.text
    assert reverse("admin:bindings_agent_change", args=[neuros.pk]) in page.text
    assert KPI.objects.exists()


def test_bound_kpis_are_not_deleted_together_either(neuros, hrv, editor_client):
    data = {"action": "delete_selected", "_selected_action": [hrv.pk], "post": "yes"}
    page = editor_client.post("/admin/kpis/kpi/", data)
    assert "NEUROS/hrv_rmssd" in page.text
    assert Binding.objects.exists()
