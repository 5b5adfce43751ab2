"""What a KPI's thresholds recommend is held against the catalogue of actions, at every door."""

import pytest
from django.urls import reverse

from bindings.models import ActionKind
from bindings.reports.judging import judge_all
from bindings.reports.places import Places
from contracts.documents import write_registry
from kpis.importing import read_draft
from kpis.models import KPI
from kpis.services import registry_document
from tests.bindings.api.conftest import bearer
from tests.kpis.conftest import form_data
from tests.rest.calls import call

LACKING = "No agent is known to implement “immediate_rest”. The catalogue of actions does not have it."
LACKING_SUMMARY = LACKING.split(". ")[0]
NEAR = "Did you mean immediate_rest_now?"
UNTAKEN = "No agent implements “reduce_training_intensity”, which is recommended at warning."
EVIL = "</datalist><img src=x onerror=alert(1)>"


@pytest.fixture
def catalogue(hrv):
    """An action that is nearly what is recommended, one that nobody implements, one that is fine."""
    for severity, action in (("critical", "immediate_rest"), ("warning", "reduce_training_intensity")):
        hrv.thresholds.filter(severity=severity).update(action=action)
    hrv.thresholds.filter(severity="info").update(action="check_accuracy")
    ActionKind.objects.create(name="immediate_rest_now", title=EVIL, agents=["NEUROS"])
    ActionKind.objects.create(name="reduce_training_intensity", title="Train less")
    ActionKind.objects.create(name="check_accuracy", title="Check", agents=["CARDIOS"])
    return KPI.objects.whole().get(pk=hrv.pk)


def told(findings) -> list[tuple[str, str]]:
    return sorted((one.rule, one.message) for one in findings if one.rule in ("KPI045", "KPI046"))


BOTH = [("KPI045", LACKING), ("KPI046", UNTAKEN)]


def test_the_form_says_it_as_one_types_and_saves_it_all_the_same(catalogue, editor_client):
    url = reverse("admin:kpis_kpi_preview", args=[catalogue.pk])
    answer = editor_client.post(url, form_data(catalogue)).json()
    assert answer["saveable"]
    assert all(text in answer["aside"] for text in (LACKING_SUMMARY, NEAR, UNTAKEN[:-1]))
    data = form_data(catalogue, critical_action="immediate_rest_now", warning_action="check_accuracy")
    aside = editor_client.post(url, data).json()["aside"]
    assert "No agent" not in aside


def test_the_form_offers_the_catalogue(catalogue, editor_client):
    page = editor_client.get(reverse("admin:kpis_kpi_change", args=[catalogue.pk])).text
    offered = page.split('<datalist id="catalogue">')[1].split("</datalist>")[0]
    assert '<option value="reduce_training_intensity">Train less</option>' in offered
    assert offered.count("<option") == 3
    assert EVIL not in page
    assert page.count('list="catalogue"') == 3


def test_the_list_of_kpis_and_the_check_of_some_say_it(catalogue, editor_client):
    page = editor_client.post(
        reverse("admin:kpis_kpi_changelist"), {"action": "validate", "_selected_action": [catalogue.pk]}
    ).text
    assert LACKING_SUMMARY in page
    assert UNTAKEN[:-1] in page


def test_a_report_says_it_with_the_way_to_the_field(catalogue):
    found = [one for one in judge_all().entries if one.rule in ("KPI045", "KPI046")]
    assert told(one.finding for one in found) == BOTH
    places = Places(found)
    (place,) = (places.of(one) for one in found if one.rule == "KPI045")
    assert place.url == f"/admin/kpis/kpi/{catalogue.pk}/change/#threshold-critical"
    assert place.words == "critical action"


def test_a_file_that_comes_in_alone_is_held_against_the_catalogue_that_is_here(catalogue):
    text = write_registry(registry_document())
    assert told(read_draft({"kpi_registry.yaml": text.encode()}).report.findings) == BOTH


def test_the_catalogue_of_the_files_counts_over_the_one_that_is_here(catalogue):
    files = {
        "kpi_registry.yaml": write_registry(registry_document()).encode(),
        "actions.yaml": b"actions: {immediate_rest: {agents: [A]}, reduce_training_intensity: {agents: [A]}}",
    }
    assert told(read_draft(files).report.findings) == []
    only = files | {"actions.yaml": b"actions: {immediate_rest: {agents: [A]}}"}
    found = told(read_draft(only, prune=True).report.findings)
    assert [rule for rule, _ in found] == ["KPI045", "KPI045"]


def test_the_api_judges_a_file_by_it(catalogue):
    text = write_registry(registry_document()).encode()
    answer = call(bearer("registry:read"), "POST", "validate/", text, content_type="application/yaml").json()
    found = {one["rule"]: one for one in answer["findings"]}
    assert (found["KPI045"]["message"], found["KPI046"]["message"]) == (LACKING, UNTAKEN)
    assert found["KPI045"]["line"] > 1
    assert found["KPI045"]["hint"].startswith(NEAR)


def test_without_a_catalogue_nothing_is_said(hrv):
    assert told(hrv.findings()) == []


@pytest.mark.parametrize("count", [1, 40])
def test_a_kpi_is_judged_in_as_many_queries_whatever_there_is(hrv, count, django_assert_num_queries):
    ActionKind.objects.bulk_create(ActionKind(name=f"a_{n}") for n in range(count))
    with django_assert_num_queries(
        5
    ):  # who has its name or metric, settings with their rules, units, actions
        hrv.findings()
