"""Who an agent is to programs hangs on no draft: what is published counts, until something else is."""

import contextlib
from itertools import count

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from contracts.documents import write_roster
from contracts.evaluation import micros
from kpis.importing import apply_import, read_draft
from releases.models import Channel, ChannelMove, Following, Release
from releases.services import MoveRefused, follow, follow_all, plan_publish, restore, roll_back, working_copy
from telemetry import contracts_now
from tests.bindings.api.conftest import member
from tests.conftest import signed_in
from tests.form_filling import fill_in
from tests.kpis.commands import run
from tests.releases.samples import publish
from tests.rest.calls import call, seen
from tests.telemetry.exposition.samples import text
from tests.telemetry.samples import MINUTE, NOW, observation

pytestmark = pytest.mark.usefixtures("contract")
TURNS = count(1)
SCOPES = ["bindings:read", "observations:write", "registry:write"]


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr("telemetry.ingest.clock", lambda: micros(NOW))


@pytest.fixture
def root(db):
    return signed_in(User.objects.create_superuser("root"))


def program(agent):
    """A program with a token of this agent."""
    token = ApiToken(name=agent.lower(), agent=identity_of(Agent.objects.get(name=agent)), scopes=SCOPES)
    secret = token.new_secret()
    token.save()
    return Client(headers={"authorization": f"Bearer {secret}"})


def speaks_as(client):
    """Whose observation it is that this program reports; else why it is refused."""
    contracts_now.forget()
    turn = next(TURNS)
    sent = [observation(at=NOW - turn * MINUTE, user_id=f"u-{turn}")]
    answer = call(client, "POST", "observations", sent).json()
    return answer["states"][0]["agent"] if answer["states"] else answer["results"][0]


def rename(root, before, after):
    agent = Agent.objects.get(name=before)
    answer = fill_in(root, f"/admin/bindings/agent/{agent.pk}/change/", name=after)
    assert answer.status_code == 302, answer.content[:2000]


def swap(root, one, other):
    for before, after in ((one, "ELSE"), (other, one), ("ELSE", other)):
        rename(root, before, after)


def delete_on_page(root, agent):
    answer = fill_in(root, f"/admin/bindings/agent/{agent.pk}/delete/")
    assert answer.status_code == 302, answer.text


def delete_by_api(root, agent):
    path = f"agents/{agent.name}/"
    return call(root, "DELETE", path, if_match=seen(root, path)[1])


def delete_by_import(root, agent):
    roster = working_copy().roster
    others = {name: entry for name, entry in roster.agents.items() if name != agent.name}
    written = write_roster(roster.model_copy(update={"agents": others}))
    plan = read_draft({"roster.yaml": written.encode()}, prune=True).plan
    assert plan
    apply_import(plan)


def delete_by_command(root, agent, tmp_path):
    roster = working_copy().roster
    others = {name: entry for name, entry in roster.agents.items() if name != agent.name}
    path = tmp_path / "agents" / "roster.yaml"
    path.parent.mkdir()
    path.write_text(write_roster(roster.model_copy(update={"agents": others})))
    run("import", tmp_path, "--prune")


def test_a_renamed_draft_changes_nothing_until_it_is_published(root):
    neuros = program("NEUROS")
    rename(root, "NEUROS", "NEUREX")
    assert speaks_as(neuros) == "NEUROS"
    publish()
    assert speaks_as(neuros) == "NEUREX"


def test_two_names_that_are_swapped_stay_who_they_were_until_published(root):
    neuros, somnos = program("NEUROS"), program("SOMNOS")
    swap(root, "NEUROS", "SOMNOS")
    assert (speaks_as(neuros), speaks_as(somnos)) == ("NEUROS", "not_bound")
    publish()
    assert (speaks_as(neuros), speaks_as(somnos)) == ("SOMNOS", "not_bound")


def test_a_roll_back_takes_names_back_too(root, contract):
    neuros, somnos = program("NEUROS"), program("SOMNOS")
    swap(root, "NEUROS", "SOMNOS")
    publish()
    roll_back(channel="production", release=contract, by=None, reason="Why")
    assert (speaks_as(neuros), speaks_as(somnos)) == ("NEUROS", "not_bound")


@pytest.mark.parametrize("door", [delete_on_page, delete_by_api, delete_by_import])
def test_an_editor_who_deletes_a_draft_ends_no_token_and_a_restored_one_has_it(contract, door):
    neuros = program("NEUROS")
    door(member("editor"), Agent.objects.get(name="NEUROS"))
    assert not Agent.objects.filter(name="NEUROS").exists()
    assert speaks_as(neuros) == "NEUROS"
    restore(release=contract, author=None)
    assert Agent.objects.get(name="NEUROS").identity == ApiToken.objects.get().agent
    assert speaks_as(neuros) == "NEUROS"


@pytest.mark.parametrize("door", [delete_on_page, delete_by_api])
@pytest.mark.parametrize("may", [True, False])
def test_every_door_asks_for_the_same_to_delete_an_agent(root, door, may):
    one = User.objects.create_user("one", is_staff=True)
    names = ["view_agent", "change_agent", *(["delete_agent"] if may else [])]
    one.user_permissions.set(Permission.objects.filter(codename__in=names))
    with contextlib.suppress(AssertionError):
        door(signed_in(one), Agent.objects.get(name="NEUROS"))
    assert Agent.objects.filter(name="NEUROS").exists() is not may


def test_the_command_ends_no_token_either(root, tmp_path):
    neuros = program("NEUROS")
    delete_by_command(root, Agent.objects.get(name="NEUROS"), tmp_path)
    assert not Agent.objects.filter(name="NEUROS").exists()
    assert speaks_as(neuros) == "NEUROS"


def test_an_agent_that_is_published_no_more_reports_nothing_and_keeps_its_token(root, contract):
    neuros = program("NEUROS")
    Agent.objects.get(name="NEUROS").delete()
    publish()
    assert speaks_as(neuros) == "unknown_agent"
    roll_back(channel="production", release=contract, by=None, reason="Why")
    assert speaks_as(neuros) == "NEUROS"


def test_restoring_undoes_a_swap_of_who_is_who(root, contract):
    neuros = program("NEUROS")
    swap(root, "NEUROS", "SOMNOS")
    restore(release=contract, author=None)
    rename(root, "SOMNOS", "SOMNUS")
    publish()
    assert speaks_as(neuros) == "NEUROS"


def test_a_row_made_anew_by_the_same_name_is_the_same_agent(root):
    neuros = program("NEUROS")
    rename(root, "NEUROS", "WRONG")
    page = fill_in(root, "/admin/bindings/agent/add/", name="NEUROS", code="again")
    assert page.status_code == 302
    delete_on_page(root, Agent.objects.get(name="WRONG"))
    publish()
    assert speaks_as(neuros) == "not_bound"  # nobody else, and nobody unknown


def test_a_renamed_agent_keeps_its_channel(root):
    staging = Channel.objects.create(name="staging", release=Release.objects.get())
    follow(agent="NEUROS", channel=staging)
    rename(root, "NEUROS", "NEUREX")
    assert Following.objects.get().agent.name == "NEUROS"
    publish()
    assert Following.objects.get().agent.name == "NEUROS"  # staging has the release before
    publish(channel="staging")
    assert Following.objects.get().agent.name == "NEUREX"
    page = root.get(f"/admin/releases/channel/{staging.pk}/change/").text
    assert 'value="NEUREX"' in page


def test_two_agents_never_go_by_one_name(root):
    staging = Channel.objects.create(name="staging")
    swap(root, "NEUROS", "SOMNOS")
    publish(channel="staging")
    staging.refresh_from_db()
    with pytest.raises(MoveRefused) as refused:
        follow(agent="NEUROS", channel=staging)
    assert refused.value.code == "two_agents"
    assert not Following.objects.exists()
    assert not ChannelMove.objects.filter(kind="follow").exists()
    follow_all([("NEUROS", staging), ("SOMNOS", staging)])
    assert speaks_as(program("NEUROS")) == "not_bound"  # its row is who was SOMNOS


def test_a_token_writes_the_draft_of_its_own_agent_whatever_that_is_called(root):
    neuros = program("NEUROS")
    swap(root, "NEUROS", "SOMNOS")
    path = "bindings/SOMNOS/hrv_rmssd/"
    _, version = seen(neuros, path)
    assert call(neuros, "PATCH", path, {"role": "trend_check"}, if_match=version).status_code == 200
    hand_off = {"agent": "NEUROS", "severity": "critical", "target": "SOMNOS"}
    assert call(neuros, "POST", "handoffs/", hand_off).status_code == 403


def test_what_publishing_renames_is_said_before(root):
    program("NEUROS")
    rename(root, "NEUROS", "NEUREX")
    said = "NEUROS is called NEUREX from then on. Its token goes with it."
    assert [str(one) for one in plan_publish().renamings] == [said]
    assert said in root.get("/admin/releases/release/publish/").text
    assert said in run("publish", "--dry-run", "--accept-warnings", "Known.")[1]


def test_when_it_was_seen_last_goes_with_the_agent_too(root):
    program("NEUROS")
    ApiToken.objects.update(last_used=NOW)
    delete_on_page(root, Agent.objects.get(name="NEUROS"))
    line = 'auren_agent_last_seen_timestamp_seconds{agent="%s"} '
    assert line % "NEUROS" in text()
    restore(release=Release.objects.get(), author=None)
    rename(root, "NEUROS", "NEUREX")
    assert line % "NEUROS" in text()
    publish()
    contracts_now.forget()
    assert line % "NEUREX" in text()
