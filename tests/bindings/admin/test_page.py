"""An agent's page: what it saves, what it refuses and where it says so."""

import re

from django.urls import reverse

from bindings.documents import Contract
from bindings.models import Action, Agent, Binding
from kpis.models import Revision
from tests.bindings.admin.conftest import NEUROS, agent_data, make_agent
from tests.kpis.conftest import make

ADD = "/admin/bindings/agent/add/"


def change_url(agent):
    return reverse("admin:bindings_agent_change", args=[agent.pk])


def errors(response):
    """Every error on the page by the name of its input."""
    return {
        form.add_prefix(name): [error.code for error in found]
        for form in response.context["sheet"].forms()
        for name, found in form.errors.as_data().items()
    }


def test_the_page_shows_the_whole_contract(neuros, editor_client):
    page = editor_client.get(change_url(neuros))
    assert page.status_code == 200
    for text in (
        "Heart-rate variability",
        "&lt; 25",
        "trigger_somnos_review",
        "Poor sleep is a common cause.",
    ):
        assert text in page.text


def test_what_is_opened_and_saved_is_the_same_and_no_revision(neuros, editor_client):
    before = Contract.of(neuros)
    assert editor_client.post(change_url(neuros), agent_data(neuros)).status_code == 302
    assert Contract.of(Agent.objects.whole().get(pk=neuros.pk)) == before
    assert Revision.objects.of("agent", neuros.pk).count() == 1


def test_a_new_agent_is_saved_with_its_first_revision(hrv, editor_client):
    assert editor_client.post(ADD, agent_data(role="Recovery", tags="nerves\nsleep")).status_code == 302
    agent = Agent.objects.get()
    assert (agent.name, agent.code, agent.tags, agent.revision) == (
        "NEUROS",
        "neuros",
        ["nerves", "sleep"],
        1,
    )


def test_a_change_of_everything_is_one_revision(neuros, editor_client):
    data = agent_data(
        neuros,
        reason="new paper",
        bindings__0__critical__condition="<22",
        bindings__0__critical__for_duration="10m",
        bindings__0__warning__condition="< 28",
        bindings__0__actions__0__place="5",
        bindings__0__actions__0__deadline="15m",
        handoffs__0__reason="It may be sleep.",
    )
    assert editor_client.post(change_url(neuros), data).status_code == 302
    agent = Agent.objects.whole().get(pk=neuros.pk)
    row = Contract.of(agent).bindings.kpis_used[0]
    assert (row.alerting.risk_if, row.alerting.caution_if, row.alerting.timing.risk.for_) == (
        "< 22",
        "< 28",
        "10m",
    )
    assert [action.name for action in row.alerting.actions] == [
        "trigger_somnos_review",
        "reduce_training_intensity",
    ]
    assert (agent.revision, Revision.objects.of("agent", agent.pk)[0].reason) == (2, "new paper")


def test_a_hand_off_is_about_one_kpi(neuros, editor_client):
    page = editor_client.get(change_url(neuros)).content.decode()
    assert '<datalist id="watched"><option value="hrv_rmssd"></option></datalist>' in page
    assert re.search(
        'name="handoffs-0-kpi"[^>]* list="watched"[^>]* placeholder="everything it watches"', page
    )
    data = agent_data(neuros, handoffs__0__kpi="hrv_rmssd")
    assert editor_client.post(change_url(neuros), data).status_code == 302
    agent = Agent.objects.whole().get(pk=neuros.pk)
    assert Contract.of(agent).bindings.collaboration.on_risk[0].kpi == "hrv_rmssd"
    page = editor_client.get(change_url(neuros)).content.decode()
    assert 'name="handoffs-0-kpi" value="hrv_rmssd"' in page


def test_a_hand_off_about_a_kpi_that_is_not_watched_is_refused_on_its_input(neuros, editor_client):
    response = editor_client.post(change_url(neuros), agent_data(neuros, handoffs__0__kpi="sleep_debt"))
    assert errors(response) == {"handoffs-0-kpi": ["handoff_kpi"]}


def test_a_direction_that_contradicts_the_kpi_is_refused_on_its_input(neuros, editor_client):
    response = editor_client.post(
        change_url(neuros), agent_data(neuros, bindings__0__critical__condition="> 130")
    )
    assert response.status_code == 200
    assert errors(response) == {"bindings-0-critical-condition": ["direction"]}
    assert (
        Contract.of(Agent.objects.whole().get(pk=neuros.pk)).bindings.kpis_used[0].alerting.risk_if == "< 25"
    )


def test_each_error_is_on_its_own_input(neuros, editor_client):
    wrong = {
        "name": "neuros 2",
        "bindings-0-guard": "when resting",
        "bindings-0-critical-condition": "< abc",
        "bindings-0-warning-recover_if": "x",
        "bindings-0-actions-1-name": "Rest today",
        "handoffs-0-target": "SOMNUS",
    }
    response = editor_client.post(change_url(neuros), agent_data(neuros) | wrong)
    assert set(wrong) - set(errors(response)) <= {"bindings-0-warning-recover_if"}


def test_a_name_that_is_taken_is_refused_on_its_input(neuros, editor_client):
    response = editor_client.post(
        change_url(neuros), agent_data(neuros, name="SOMNOS", handoffs__0__severity=None)
    )
    assert "unique" in errors(response)["name"]
    assert Agent.objects.get(pk=neuros.pk).name == "NEUROS"


def test_an_agent_can_be_renamed(neuros, editor_client):
    assert editor_client.post(change_url(neuros), agent_data(neuros, name="NEUROS_2")).status_code == 302
    assert Agent.objects.get(pk=neuros.pk).name == "NEUROS_2"


def test_a_text_that_cannot_be_kept_is_refused_on_its_input(neuros, editor_client):
    response = editor_client.post(change_url(neuros), agent_data(neuros, handoffs__0__reason="a\x07b"))
    assert "invalid_text" in errors(response)["handoffs-0-reason"]


def test_a_row_that_is_gone_or_blank_is_no_row(neuros, editor_client):
    data = agent_data(neuros, bindings__0__actions__0__name="", handoffs__0__severity=None)
    assert editor_client.post(change_url(neuros), data).status_code == 302
    assert list(Action.objects.values_list("name", flat=True)) == ["trigger_somnos_review"]
    assert not Agent.objects.get(pk=neuros.pk).hand_offs.exists()


def test_a_binding_without_triggers_says_that_it_inherits(neuros, editor_client):
    editor_client.post(change_url(neuros), agent_data(neuros, bindings__0__critical__condition=""))
    page = editor_client.get(change_url(neuros))
    assert "Uses the registry’s thresholds." in page.text
    assert page.context["cards"][0]["inherits"]


def test_keys_that_we_do_not_model_stay(hrv, editor_client):
    row = NEUROS["kpis_used"][0] | {"x-note": "kept"}
    agent = make_agent("NEUROS", {"agent": "NEUROS", "kpis_used": [row], "x-file": 1})
    editor_client.post(change_url(agent), agent_data(agent, bindings__0__critical__condition="< 24"))
    document = Contract.of(Agent.objects.whole().get(pk=agent.pk)).bindings
    assert (document.extra, document.kpis_used[0].extra) == ({"x-file": 1}, {"x-note": "kept"})


def test_an_older_drop_stays_as_it_is_written_until_it_is_changed(hrv, editor_client):
    row = {
        "key": "hrv_rmssd",
        "alerting": {"caution_if_drop_pct": ">= 10 over 7d", "actions": [{"name": "flag_it"}]},
    }
    agent = make_agent("NEUROS", {"agent": "NEUROS", "kpis_used": [row]})
    page = editor_client.get(change_url(agent))
    warning = page.context["cards"][0]["card"].inputs.triggers[1]
    assert warning["condition"].value() == "drop >= 10% over 7d"
    shown = {"bindings-0-warning-condition": "drop >= 10% over 7d"}
    editor_client.post(change_url(agent), agent_data(agent, role="x") | shown)
    alerting = Contract.of(Agent.objects.whole().get(pk=agent.pk)).bindings.kpis_used[0].alerting
    assert (alerting.caution_if_drop_pct, alerting.caution_if) == (">= 10 over 7d", "")


def test_the_preview_gives_the_verdict_of_a_save_and_saves_nothing(neuros, editor_client):
    url = reverse("admin:bindings_agent_preview", args=[neuros.pk])
    answer = editor_client.post(url, agent_data(neuros, bindings__0__critical__condition="< 120")).json()
    assert not answer["saveable"]
    assert answer["errors"]["bindings-0-critical-condition"]
    assert "below 120 ms" in answer["parts"]["bindings-0-says"]
    assert "overlaps the normal range" in answer["aside"]
    assert Agent.objects.get(pk=neuros.pk).revision == 1


def test_a_viewer_sees_the_contract_and_cannot_save(neuros, viewer_client):
    page = viewer_client.get(change_url(neuros))
    assert page.status_code == 200
    assert "reduce_training_intensity" in page.text
    assert '<input type="text"' not in page.text
    assert viewer_client.post(change_url(neuros), agent_data(neuros)).status_code == 403
    url = reverse("admin:bindings_agent_preview", args=[neuros.pk])
    assert viewer_client.post(url, agent_data(neuros)).status_code == 403


def test_a_stranger_sees_nothing(neuros, stranger_client):
    assert stranger_client.get(change_url(neuros)).status_code == 302


def test_the_page_takes_the_same_queries_for_one_binding_and_for_ten(
    neuros, editor_client, django_assert_max_num_queries
):
    rows = [
        {"key": make(name=f"k_{n}", prometheus_metric=f"auren_k_{n}_ms").name, "role": "trend_check"}
        for n in range(10)
    ]
    other = make_agent("OTHER", {"agent": "OTHER", "kpis_used": rows})
    assert Binding.objects.filter(agent=other).count() == 10
    editor_client.get(change_url(neuros))
    # Session and person (2), permissions (2), the agent with its rows (6), its KPIs for names and for the rules with
    # thresholds and successors (4), units, the roster, who asks whom, the agents to ask, the badge (5).
    with django_assert_max_num_queries(22):
        editor_client.get(change_url(other))
