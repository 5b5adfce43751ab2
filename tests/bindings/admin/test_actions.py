"""The catalogue of actions in the admin: its list, its form, and what an agent's form shows of it."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from bindings.models import ActionKind
from bindings.services import replace_agent
from contracts.documents import BindingsDocument
from tests.bindings.admin.conftest import NEUROS, agent_data, make_agent
from tests.form_filling import inputs, send
from tests.kpis.conftest import make

LIST = "/admin/bindings/actionkind/"
EVIL = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def editor(editor):
    editor.user_permissions.add(*Permission.objects.filter(codename__endswith="_actionkind"))
    return editor


@pytest.fixture
def catalogue(neuros):
    """One action of NEUROS, and one that nobody implements."""
    ActionKind.objects.create(
        name="reduce_training_intensity", title="Train less", description="A fifth less.", agents=["NEUROS"],
        reversible=True,
    )  # fmt: skip
    ActionKind.objects.create(name="call_a_doctor", title="Call a doctor", reversible=False)


def test_the_list_says_who_takes_an_action_and_whether_it_can_be_undone(catalogue, editor_client):
    page = editor_client.get(LIST).text
    row = page.split(">reduce_training_intensity</a>")[1].split("</tr>")[0]
    assert all(word in row for word in ("Train less", "NEUROS", "yes", "1 binding"))
    row = page.split(">call_a_doctor</a>")[1].split("</tr>")[0]
    assert all(word in row for word in ("nobody", "no</span>", "nothing", "1 note"))


def test_the_list_takes_the_same_queries_for_two_and_for_thirty(
    catalogue, editor_client, django_assert_num_queries
):
    editor_client.get(LIST)
    with django_assert_num_queries(9) as few:
        editor_client.get(LIST)
    ActionKind.objects.bulk_create(ActionKind(name=f"a_{n}", agents=["NEUROS"]) for n in range(28))
    with django_assert_num_queries(len(few)):
        editor_client.get(LIST)


def test_an_action_is_added_and_changed(neuros, editor_client):
    url = f"{LIST}add/"
    answer = send(
        editor_client, url, inputs(editor_client.get(url)), name="rest_today", title="Rest", agents=["NEUROS"],
        reversible="true",
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    action = ActionKind.objects.get()
    assert (action.title, action.agents, action.reversible) == ("Rest", ["NEUROS"], True)
    url = f"{LIST}{action.pk}/change/"
    answer = send(editor_client, url, inputs(editor_client.get(url)), title="Lie down", reversible="unknown")
    action.refresh_from_db()
    assert (action.title, action.agents, action.reversible) == ("Lie down", ["NEUROS"], None)


def test_agents_keep_their_order_and_one_that_is_gone_stays_to_be_seen(neuros, editor_client):
    action = ActionKind.objects.create(name="rest_today", agents=["SOMNOS", "GONE", "NEUROS"])
    url = f"{LIST}{action.pk}/change/"
    assert 'value="GONE"' in editor_client.get(url).text
    send(editor_client, url, inputs(editor_client.get(url)), title="Rest")
    action.refresh_from_db()
    assert (action.title, action.agents) == ("Rest", ["SOMNOS", "GONE", "NEUROS"])


def test_of_many_agents_the_names_are_written(neuros, editor_client, monkeypatch):
    monkeypatch.setattr("bindings.admin.actions.MOST_BOXES", 1)
    action = ActionKind.objects.create(name="rest_today", agents=["NEUROS"])
    url = f"{LIST}{action.pk}/change/"
    send(editor_client, url, inputs(editor_client.get(url)), agents="NEUROS\nSOMNOS\n")
    action.refresh_from_db()
    assert action.agents == ["NEUROS", "SOMNOS"]


def test_the_page_names_the_bindings_that_take_it(catalogue, neuros, editor_client):
    action = ActionKind.objects.get(name="reduce_training_intensity")
    page = editor_client.get(f"{LIST}{action.pk}/change/").text
    assert f'<a href="/admin/bindings/agent/{neuros.pk}/change/">NEUROS</a> on hrv_rmssd' in page


def test_the_page_names_the_kpis_that_recommend_it(catalogue, hrv, editor_client):
    action = ActionKind.objects.get(name="reduce_training_intensity")
    page = editor_client.get(f"{LIST}{action.pk}/change/").text
    assert f'<a href="/admin/kpis/kpi/{hrv.pk}/change/">hrv_rmssd</a>' in page
    other = ActionKind.objects.get(name="call_a_doctor")
    assert "No KPI recommends it." in editor_client.get(f"{LIST}{other.pk}/change/").text


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "capitals": ({"name": "Rest"}, "not a plain identifier"),
    "a blank at the end": ({"name": "rest "}, "not a plain identifier"),
    "a tab": ({"title": "a\tb"}, "one line"),
    "the direction turned": ({"description": "a\u202eb"}, "cannot be"),
    "an agent nobody offered": ({"agents": ["GONE"]}, "GONE"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_kept_is_said_beside_its_field(neuros, editor_client, case):
    changes, said = BAD[case]
    url = f"{LIST}add/"
    answer = send(editor_client, url, inputs(editor_client.get(url)), **({"name": "rest"} | changes))
    assert answer.status_code == 200
    assert said in answer.text
    assert not ActionKind.objects.exists()


def test_what_somebody_wrote_is_text_everywhere(neuros, editor_client):
    action = ActionKind.objects.create(
        name="reduce_training_intensity", title=EVIL, description=EVIL, owner=EVIL, agents=["NEUROS"]
    )
    for url in (LIST, f"{LIST}{action.pk}/change/", f"/admin/bindings/agent/{neuros.pk}/change/"):
        assert EVIL not in editor_client.get(url).text


# What an agent's form shows of it


def test_the_form_of_an_agent_offers_the_catalogue_its_own_first(catalogue, neuros, editor_client):
    page = editor_client.get(f"/admin/bindings/agent/{neuros.pk}/change/").text
    offered = page.split('<datalist id="catalogue">')[1].split("</datalist>")[0]
    assert offered == (
        '<option value="reduce_training_intensity">Train less</option>'
        '<option value="call_a_doctor">Call a doctor</option>'
    )
    assert 'list="catalogue"' in page.split('name="bindings-0-actions-0-name"')[1].split(">")[0]


def test_a_step_is_shown_in_plain_words(catalogue, neuros, editor_client):
    page = editor_client.get(f"/admin/bindings/agent/{neuros.pk}/change/").text
    said = page.split('id="bindings-0-actions-0-words">')[1].split("</p>")[0]
    assert "Train less: A fifth less." in said
    assert "can be undone" in said
    assert page.split('id="bindings-0-actions-1-words">')[1].split("</p>")[0] == ""


def test_the_preview_follows_the_name_of_a_step(catalogue, neuros, editor_client):
    data = agent_data(neuros, **{"bindings__0__actions__0__name": "call_a_doctor"})
    answer = editor_client.post(f"/admin/bindings/agent/{neuros.pk}/preview/", data).json()
    assert "Call a doctor" in answer["parts"]["bindings-0-actions-0-words"]
    assert "cannot be undone" in answer["parts"]["bindings-0-actions-0-words"]
    assert "NEUROS does not implement" in answer["aside"]
    assert answer["saveable"]


def test_who_may_only_look_reads_the_words_too(catalogue, neuros, viewer_client):
    assert "Train less: A fifth less." in viewer_client.get(f"/admin/bindings/agent/{neuros.pk}/change/").text


def test_the_form_of_an_agent_takes_one_query_more_for_any_number_of_steps(
    catalogue, neuros, editor_client, django_assert_num_queries
):
    url = f"/admin/bindings/agent/{neuros.pk}/change/"
    editor_client.get(url)
    with django_assert_num_queries(21) as few:
        editor_client.get(url)
    make(name="k", prometheus_metric="auren_k_ms")
    steps = [{"name": f"step_{n}"} for n in range(30)]
    data = NEUROS | {
        "kpis_used": [*NEUROS["kpis_used"], {"key": "k", "alerting": {"risk_if": "< 25", "actions": steps}}]
    }
    replace_agent(
        agent=neuros, document=BindingsDocument.model_validate(data), roster_entry=neuros.as_entry(),
        author=None, source="api",
    )  # fmt: skip
    with django_assert_num_queries(len(few)):
        editor_client.get(url)


def test_an_agent_that_is_renamed_still_implements_its_actions(catalogue, editor_client):
    agent = make_agent("CARDIOS")
    ActionKind.objects.filter(name="call_a_doctor").update(agents=["CARDIOS", "NEUROS"])
    data = agent_data(agent, name="HEART", code="cardios")
    answer = editor_client.post(f"/admin/bindings/agent/{agent.pk}/change/", data)
    assert answer.status_code == 302, answer.text
    assert ActionKind.objects.get(name="call_a_doctor").agents == ["HEART", "NEUROS"]
