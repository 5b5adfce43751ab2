"""The page of the map: the picture and the table say the same."""

from bindings import services
from bindings.models import Agent
from contracts.documents import BindingsDocument
from tests.bindings.admin.conftest import make_agent

MAP = "/admin/bindings/agent/map/"


def test_every_agent_is_a_node_that_leads_to_its_page(neuros, editor_client):
    page = editor_client.get(MAP)
    picture, table = page.text.split("<table")
    for agent in Agent.objects.all():
        assert f'href="/admin/bindings/agent/{agent.pk}/change/"' in picture
        assert f'href="/admin/bindings/agent/{agent.pk}/change/"' in table
    for text in ("hrv_rmssd", "Poor sleep is a common cause."):
        assert text in picture
        assert text in table


def test_a_circle_is_told_in_words_and_marked(neuros, editor_client):
    somnos = Agent.objects.whole().get(name="SOMNOS")
    back = {
        "agent": "SOMNOS",
        "kpis_used": [{"key": "hrv_rmssd"}],
        "collaboration": {"on_risk": [{"agent": "NEUROS"}]},
    }
    services.replace_agent(
        agent=somnos, document=BindingsDocument.model_validate(back), roster_entry=somnos.as_entry(),
        author=None, source="import",
    )  # fmt: skip
    page = editor_client.get(MAP).text
    assert "NEUROS asks SOMNOS asks NEUROS" in page
    assert page.count('class="edge e-critical circle"') == 2


def test_an_empty_roster_says_so(registry, editor_client):
    assert "No agents yet" in editor_client.get(MAP).text


def test_the_map_takes_the_same_queries_for_two_and_for_thirty(
    neuros, editor_client, django_assert_num_queries
):
    editor_client.get(MAP)
    # Session, person, permissions (2), bindings, agents, hand-offs.
    with django_assert_num_queries(7) as few:
        editor_client.get(MAP)
    for number in range(28):
        make_agent(f"A_{number}")
    with django_assert_num_queries(len(few)):
        editor_client.get(MAP)


def test_someone_without_permission_sees_no_map(neuros, viewer, viewer_client, stranger_client):
    assert viewer_client.get(MAP).status_code == 200
    viewer.user_permissions.clear()
    assert viewer_client.get(MAP).status_code == 403
    assert stranger_client.get(MAP).status_code == 302
