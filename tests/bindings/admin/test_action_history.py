"""Who changed an action of the catalogue, when, why and how, in the admin; and the way back."""

import pytest
from django.contrib.auth.models import Permission

from bindings.action_catalogue import KIND_ACTION, replace_action
from bindings.models import ActionKind
from contracts.documents import ActionKindDocument
from kpis.models import Revision
from tests.bindings.admin.conftest import agent_data, make_agent
from tests.form_filling import fill_in, inputs, send

LIST = "/admin/bindings/actionkind/"
EVIL = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def editor(editor):
    editor.user_permissions.add(*Permission.objects.filter(codename__endswith="_actionkind"))
    return editor


@pytest.fixture
def viewer(viewer):
    viewer.user_permissions.add(Permission.objects.get(codename="view_actionkind"))
    return viewer


def make_action(name: str = "rest_today", **said) -> ActionKind:
    """An action through the gate."""
    document = ActionKindDocument.model_validate({"title": "Rest", "agents": ["NEUROS"]} | said)
    action = ActionKind()
    replace_action(action=action, name=name, document=document, author=None, source="import")
    return action


@pytest.fixture
def rest(neuros) -> ActionKind:
    return make_action()


def page(action: ActionKind, rest: str = "change/") -> str:
    return f"{LIST}{action.pk}/{rest}"


def kept(action: ActionKind) -> list[tuple[int, str, str, str]]:
    """What the history has of an action, newest first."""
    rows = Revision.objects.of(KIND_ACTION, action.pk)
    return list(rows.values_list("number", "source", "reason", "author_name"))


def test_a_form_that_adds_or_changes_leaves_a_revision_with_its_reason(neuros, editor_client):
    answer = fill_in(editor_client, f"{LIST}add/", name="rest_today", title="Rest", reason="New step")
    assert answer.status_code == 302, answer.text
    action = ActionKind.objects.get()
    assert fill_in(editor_client, page(action), title="Lie down", reason="Clearer").status_code == 302
    assert fill_in(editor_client, page(action)).status_code == 302  # nothing changed
    assert kept(action) == [(2, "admin", "Clearer", "editor"), (1, "admin", "New step", "editor")]
    action.refresh_from_db()
    assert action.revision == 2


def test_the_history_tells_the_change_in_words(rest, editor_client):
    fill_in(editor_client, page(rest), title="Lie down", reversible="false", reason=EVIL)
    assert f'href="{page(rest, "history/")}"' in editor_client.get(page(rest)).text
    shown = editor_client.get(page(rest, "history/")).text
    assert "Title changed from Rest to “Lie down”" in shown
    assert "Cannot be undone (was: nobody says whether it can be undone)" in shown
    assert "&lt;img src=x" in shown
    assert EVIL not in shown


def test_the_history_tells_a_new_name(rest, editor_client):
    fill_in(editor_client, page(rest), name="lie_down")
    assert "Name changed from rest_today to lie_down" in editor_client.get(page(rest, "history/")).text


def test_a_former_version_comes_back_whole_with_its_name(rest, editor_client):
    ActionKind.objects.update(extra={"x-cost": 3})
    fill_in(editor_client, page(rest), name="lie_down", title="Other", agents=[], owner="coach")
    url = page(rest, "history/1/")
    assert "Title changed from Other to Rest" in editor_client.get(url).text
    answer = fill_in(editor_client, url, reason="It was right")
    assert answer.status_code == 302, answer.text
    back = ActionKind.objects.get()
    assert (back.name, back.title, back.agents, back.owner) == ("rest_today", "Rest", ["NEUROS"], "")
    assert kept(rest)[0] == (3, "restore", "It was right", "editor")


def test_a_restore_over_someone_elses_edit_is_refused(rest, editor_client):
    fill_in(editor_client, page(rest), title="Second")
    seen = inputs(editor_client.get(page(rest, "history/1/")))
    fill_in(editor_client, page(rest), title="Third")
    answer = send(editor_client, page(rest, "history/1/"), seen)
    assert (answer.status_code, ActionKind.objects.get().title) == (422, "Third")
    assert "Someone changed this action while you were looking" in answer.text


def test_a_restore_goes_through_the_gate(rest, editor_client):
    fill_in(editor_client, page(rest), name="lie_down")
    make_action("rest_today")
    answer = fill_in(editor_client, page(rest, "history/1/"))
    assert answer.status_code == 422
    assert "already exists" in answer.text
    assert len(kept(rest)) == 2


@pytest.mark.parametrize("number", ["0", "99", "2147483648"])
def test_a_version_that_is_not_there_is_not_found(rest, editor_client, number):
    assert editor_client.get(page(rest, f"history/{number}/")).status_code == 404


def test_who_may_only_look_reads_the_history_and_restores_nothing(rest, viewer_client, editor_client):
    fill_in(editor_client, page(rest), title="Second")
    shown = viewer_client.get(page(rest, "history/"))
    assert (shown.status_code, "Bring back" in shown.text) == (200, False)
    assert viewer_client.post(page(rest, "history/1/"), {"started_from": 2}).status_code == 403
    assert "reason" not in inputs(viewer_client.get(page(rest)))


def test_what_is_deleted_is_told_on_the_page_of_all_changes(rest, editor_client):
    other = make_action("wait")
    assert fill_in(editor_client, page(rest, "delete/")).status_code == 302
    ticked = {"action": "delete_selected", "_selected_action": [other.pk]}
    asked = editor_client.post(LIST, ticked)
    seen = inputs(asked)["seen"]
    assert editor_client.post(LIST, ticked | {"post": "yes", "seen": seen}).status_code == 302
    assert not ActionKind.objects.exists()
    assert [kept(one)[0] for one in (rest, other)] == [(2, "admin", "", "editor"), (2, "bulk", "", "editor")]
    told = editor_client.get("/admin/kpis/kpi/changes/").text
    assert "every change to KPIs, actions and agents" in told
    assert "wait" in told


def test_who_sees_no_actions_sees_none_of_their_changes(rest, viewer_client, viewer):
    viewer.user_permissions.remove(Permission.objects.get(codename="view_actionkind"))
    assert "rest_today" not in viewer_client.get("/admin/kpis/kpi/changes/").text


def test_who_saves_second_sees_both_versions_and_loses_no_reason(rest, editor_client):
    seen = inputs(editor_client.get(page(rest)))
    fill_in(editor_client, page(rest), title="Theirs")
    answer = send(editor_client, page(rest), seen, owner="coach", reason="Mine")
    assert answer.status_code == 409
    assert len(kept(rest)) == 2
    assert send(editor_client, page(rest), inputs(answer)).status_code == 302
    row = ActionKind.objects.get()
    assert (row.title, row.owner, kept(rest)[0][2]) == ("Theirs", "coach", "Mine")


def test_an_agent_that_is_renamed_leaves_a_revision_of_what_it_implements(rest, editor_client):
    agent = make_agent("CARDIOS")
    ActionKind.objects.update(agents=["CARDIOS"])
    answer = editor_client.post(
        f"/admin/bindings/agent/{agent.pk}/change/", agent_data(agent, name="HEART", code="cardios")
    )
    assert answer.status_code == 302, answer.text
    assert kept(rest)[0] == (2, "admin", "The agent CARDIOS is now called HEART", "editor")


def test_the_history_takes_the_same_queries_for_two_and_for_thirty(
    rest, editor_client, django_assert_num_queries
):
    fill_in(editor_client, page(rest), title="Second")
    url = page(rest, "history/")
    editor_client.get(url)
    with django_assert_num_queries(8) as few:
        editor_client.get(url)
    rest.refresh_from_db()
    for n in range(28):
        said = ActionKindDocument(title=f"Number {n}")
        replace_action(action=rest, name="rest_today", document=said, author=None, source="api")
    with django_assert_num_queries(len(few)):
        editor_client.get(url)
