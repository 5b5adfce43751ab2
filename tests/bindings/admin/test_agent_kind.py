"""Agents have a history, come back whole, and two people can edit one."""

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bindings.admin.agent_kind import AGENTS
from bindings.documents import Contract
from bindings.models import Agent
from kpis.merge import flat, nested
from kpis.models import KPI, Revision
from tests.bindings.admin.conftest import NEUROS, agent_data, make_agent
from tests.form_filling import fill_in

keys = st.sampled_from(["a", "b", "order"])
actions = st.lists(st.fixed_dictionaries({"name": keys}, optional={"on": st.just("risk")}), max_size=3)
rows = st.lists(
    st.builds(
        lambda key, steps: {"key": key, "alerting": {"actions": steps}} if steps else {"key": key},
        keys,
        actions,
    ),
    max_size=3,
)
asked = st.lists(st.fixed_dictionaries({"agent": keys, "reason": keys}), min_size=1, max_size=3)


def change_url(agent):
    return reverse("admin:bindings_agent_change", args=[agent.pk])


def edit(client, agent, **fields) -> Agent:
    assert client.post(change_url(agent), agent_data(agent, **fields)).status_code == 302
    return Agent.objects.whole().get(pk=agent.pk)


@given(rows, asked)
def test_what_is_spread_for_merging_is_gathered_again(used, on_risk):
    data = {
        "bindings": {"agent": "A", "kpis_used": used, "collaboration": {"on_risk": on_risk}},
        "roster": {"role": "x"},
    }
    gathered = AGENTS.gathered(nested(flat(AGENTS.spread(data))))
    assert Contract.from_stored(gathered) == Contract.from_stored(data)


def test_the_history_tells_the_change_in_words(neuros, editor_client):
    edit(editor_client, neuros, bindings__0__critical__condition="< 22", reason="new paper")
    page = editor_client.get(reverse("admin:bindings_agent_history", args=[neuros.pk])).text
    assert "&lt; 25 → &lt; 22" in page
    assert "new paper" in page


def test_the_history_of_everything_shows_agents_too(neuros, editor_client):
    page = editor_client.get(reverse("admin:kpis_kpi_changes")).text
    assert reverse("admin:bindings_agent_history", args=[neuros.pk]) in page
    assert "KPIs and agents" in page


def test_the_history_of_everything_hides_agents_from_who_may_not_see_them(neuros, viewer, viewer_client):
    viewer.user_permissions.remove(*viewer.user_permissions.filter(codename="view_agent"))
    assert "NEUROS" not in viewer_client.get(reverse("admin:kpis_kpi_changes")).text


def test_a_former_version_comes_back_whole(neuros, editor_client):
    before = Contract.of(neuros)
    agent = edit(editor_client, neuros, role="x", bindings__0__place=None, gone="hrv_rmssd")
    assert not agent.bindings.exists()
    url = reverse("admin:bindings_agent_restore", args=[neuros.pk, 1])
    assert editor_client.get(url).status_code == 200
    assert editor_client.post(url, {"started_from": agent.revision}).status_code == 302
    assert Contract.of(Agent.objects.whole().get(pk=neuros.pk)) == before
    assert Revision.objects.of("agent", neuros.pk)[0].source == "restore"


def test_what_needs_a_kpi_that_is_gone_does_not_come_back(neuros, editor_client):
    agent = edit(editor_client, neuros, bindings__0__place=None, gone="hrv_rmssd")
    KPI.objects.all().delete()
    url = reverse("admin:bindings_agent_restore", args=[neuros.pk, 1])
    response = editor_client.post(url, {"started_from": agent.revision})
    assert response.status_code == 422
    assert "hrv_rmssd, which is no longer in the registry" in response.text


def test_a_restore_over_someone_elses_edit_is_refused(neuros, editor_client):
    edit(editor_client, neuros, role="x")
    response = editor_client.post(
        reverse("admin:bindings_agent_restore", args=[neuros.pk, 1]), {"started_from": 1}
    )
    assert response.status_code == 422
    assert Agent.objects.get(pk=neuros.pk).role == "x"


def test_the_second_sees_both_versions_and_nothing_is_overwritten(neuros, editor_client):
    stale = agent_data(neuros, bindings__0__critical__condition="< 18", role="mine")
    edit(editor_client, neuros, bindings__0__critical__condition="< 15", handoffs__0__reason="theirs")
    response = editor_client.post(change_url(neuros), stale)
    assert response.status_code == 409
    clashing = {part.label: part.clashes for part in response.context["differing"]}
    assert clashing == {
        "hrv rmssd risk if": True, "role": False, "hand-offs on risk SOMNOS reason": False,
    }  # fmt: skip


def test_a_merge_opens_the_form_on_both_changes_and_saves_nothing_yet(neuros, editor_client):
    stale = agent_data(neuros, bindings__0__critical__condition="< 18", role="mine")
    edit(editor_client, neuros, bindings__0__critical__condition="< 15", handoffs__0__reason="theirs")
    choice = {"choose:bindings.hrv_rmssd.alerting.risk_if": "theirs"}
    response = editor_client.post(
        reverse("admin:bindings_agent_merge", args=[neuros.pk]), stale | choice, follow=True
    )
    sheet = response.context["sheet"]
    assert sheet.head["role"].value() == "mine"
    assert sheet.cards[0].inputs.triggers[0]["condition"].value() == "< 15"
    assert sheet.hand_offs[0]["reason"].value() == "theirs"
    assert str(sheet.head["started_from"].value()) == "2"
    assert Agent.objects.get(pk=neuros.pk).revision == 2


def test_a_form_sent_twice_is_one_change(neuros, editor_client):
    data = agent_data(neuros, role="x")
    codes = [editor_client.post(change_url(neuros), data).status_code for _ in range(2)]
    assert (codes, Agent.objects.get(pk=neuros.pk).revision) == ([302, 302], 2)


def test_a_deleted_agent_leaves_a_mark_and_one_that_is_asked_is_not_deleted(neuros, editor_client):
    somnos = Agent.objects.get(name="SOMNOS")
    page = editor_client.post(
        reverse("admin:bindings_agent_delete", args=[somnos.pk]),
        {"post": "yes", "seen": str(somnos.revision)},
    )
    assert "It cannot be deleted while it is in use." in page.text
    assert fill_in(editor_client, reverse("admin:bindings_agent_delete", args=[neuros.pk])).status_code == 302
    assert Revision.objects.of("agent", neuros.pk)[0].document is None


def test_two_bindings_of_different_people_both_stay(hrv, editor_client):
    agent = make_agent("NEUROS", NEUROS | {"collaboration": {}})
    theirs = {"key": "new", "alerting": {"actions": [{"name": "x"}]}}
    data = AGENTS.spread(AGENTS.data(agent))
    merged = AGENTS.gathered({**data, "bindings": {"new": theirs, **data["bindings"]}})
    assert [row["key"] for row in merged["bindings"]["kpis_used"]] == ["hrv_rmssd", "new"]


def test_hand_offs_to_one_agent_about_two_kpis_are_merged_apart():
    about = [{"agent": "SOMNOS", "kpi": kpi, "reason": kpi} for kpi in ("hrv_rmssd", "ln_rmssd")]
    data = {
        "bindings": {"agent": "NEUROS", "kpis_used": [], "collaboration": {"on_risk": about}},
        "roster": {},
    }
    spread = AGENTS.spread(data)
    assert list(spread["hand-offs"]["on_risk"])[:2] == ["SOMNOS hrv_rmssd", "SOMNOS ln_rmssd"]
    assert AGENTS.gathered(spread) == data
