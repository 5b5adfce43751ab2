"""The page of the map: the picture and the table say the same."""

from itertools import pairwise

import pytest

from bindings import services
from bindings.models import Agent, HandOff
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
    # Session, person, permissions (2), agents, hand-offs, KPIs.
    with django_assert_num_queries(7) as few:
        editor_client.get(MAP)
    for number in range(28):
        make_agent(f"A_{number}")
    with django_assert_num_queries(len(few)):
        editor_client.get(MAP)


def asks(one, other, severity="warning"):
    """One agent asks another, after all that it asks already."""
    place = HandOff.objects.filter(agent=one).count()
    HandOff.objects.create(agent=one, target=other, severity=severity, position=place)


@pytest.fixture
def forty(neuros):
    """Two groups of agents that hand over among themselves, and agents that do not; NEUROS asks SOMNOS."""
    agents = [make_agent(f"A_{number}") for number in range(40)]
    for one, other in [*pairwise(agents[:8]), *pairwise(agents[10:16])]:
        asks(one, other)
    asks(agents[2], agents[12], "critical")
    return agents


def test_a_large_roster_is_shown_in_groups_that_lead_to_their_agents(forty, editor_client):
    page = editor_client.get(MAP).text
    assert page.count('<a class="node"') == 4
    assert "A_0 and 7 others asks A_10 and 5 others: 1 hand-off, the worst when critical" in page
    assert "Without hand-offs" in page
    group = editor_client.get(f"{MAP}?group=A_0").text
    assert "A_0 asks A_1 when anything it watches is warning" in group
    assert "A_12" not in group.split("</datalist>")[1]


@pytest.mark.parametrize("hops", ["1", "unheard-of"])
def test_one_agent_is_shown_with_those_around_it(forty, editor_client, hops):
    page = editor_client.get(f"{MAP}?agent=a_2&hops={hops}").text
    nodes = {part.split("</text>")[0].split(">")[-1] for part in page.split('class="name"')[1:]}
    assert nodes == {"A_1", "A_2", "A_3", "A_12"}


def test_further_away_there_are_more_around_it(forty, editor_client):
    page = editor_client.get(f"{MAP}?agent=A_2&hops=2").text
    assert page.count('class="node') == 8
    assert 'aria-current="true">2 hand-offs' in page


def test_a_part_of_a_name_lists_who_has_it_and_nobody_is_told(forty, editor_client):
    assert "Around" in editor_client.get(f"{MAP}?agent=a_1").text  # a whole name, and part of A_10
    assert "?agent=NEUROS" in editor_client.get(f"{MAP}?agent=o").text
    assert "No agent has “&lt;b&gt;” in its name." in editor_client.get(f"{MAP}?agent=<b>").text


def test_the_groups_take_the_same_queries_for_forty_and_for_eighty(
    forty, editor_client, django_assert_num_queries
):
    editor_client.get(MAP)
    with django_assert_num_queries(6):
        editor_client.get(MAP)
    for number in range(40):
        make_agent(f"B_{number}")
    with django_assert_num_queries(6):
        editor_client.get(MAP)


def test_of_many_circles_eight_are_told_and_the_rest_is_folded(forty, editor_client):
    for one, other in zip(forty[16:28], forty[28:], strict=True):
        asks(one, other)
        asks(other, one)
    page = editor_client.get(MAP).text
    assert "12 circles" in page
    assert "<summary>4 more circles</summary>" in page


def test_a_long_circle_is_shortened(forty, editor_client):
    asks(forty[15], forty[0])
    asks(forty[7], forty[10])
    HandOff.objects.filter(agent=forty[2], target=forty[12]).delete()
    page = editor_client.get(MAP).text
    assert "and so on, through 6 more, back to A_0." in page


def test_of_many_kpis_a_few_are_named_on_the_map(neuros, editor_client, monkeypatch):
    monkeypatch.setattr("bindings.admin.roster_map.KPIS_AT_MOST", 0)
    page = editor_client.get(MAP).text
    assert "and 1 more" in page


def test_someone_without_permission_sees_no_map(neuros, viewer, viewer_client, stranger_client):
    assert viewer_client.get(MAP).status_code == 200
    viewer.user_permissions.clear()
    assert viewer_client.get(MAP).status_code == 403
    assert stranger_client.get(MAP).status_code == 302
