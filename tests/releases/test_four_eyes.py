"""Ways by which one person might change what agents get where two are needed: each at the door where it was open."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from bindings.models import Agent, ApiToken
from releases import services
from releases.models import Channel, ChannelMove, Release
from releases.serving.reading import Database
from releases.serving.shelf import channel_for
from tests.bindings.api.conftest import unhurried  # noqa: F401 - fixture
from tests.conftest import signed_in
from tests.form_filling import FORM, inputs
from tests.releases.admin.conftest import CHANNELS, RELEASES, may
from tests.releases.samples import edit, person, publish

pytestmark = pytest.mark.django_db


def publisher(name: str, **options: object) -> User:
    """Somebody of the group that the migrations make."""
    found = person(name, **options)
    found.groups.add(Group.objects.get(name="publisher"))
    return may(found, "releases")


@pytest.fixture
def ann(db) -> User:
    return publisher("ann")


@pytest.fixture
def ben(db) -> User:
    return publisher("ben")


@pytest.fixture
def guarded(first) -> Channel:
    """Production on release 1, protected."""
    Channel.objects.filter(name="production").update(is_protected=True)
    return Channel.objects.get(name="production")


def evil(by: User | None, channel: str = "production") -> Release:
    """What nobody but one person wants."""
    edit("< 29")
    return publish(author=by, channel=channel).release


def served(agent: str = "NEUROS") -> int | None:
    """The release that an agent gets."""
    source = Database()
    pointer = source.pointer(channel_for(source, asked="", caller=agent, agent=agent))
    return pointer.number if pointer else None


def move(client: Client, release: Release, channel: str = "production") -> int:
    """Move a channel by its page."""
    revision = Channel.objects.get(name=channel).revision
    data = {"release": release.number, "revision": revision}
    return client.post(f"{CHANNELS}{channel}/move/", data).status_code


def save(client: Client, channel: str, *agents: str, is_protected: bool = False, url: str = ""):
    """Save a channel's settings by its form; an agent by the value that its box has."""
    url = url or f"{CHANNELS}{Channel.objects.get(name=channel).pk}/change/"
    page = client.get(url)
    boxes = dict(re.findall(r'name="agents" value="([^"]+)"[^>]*>\s*([A-Z]+)', page.text))
    data = inputs(page)
    data["name"] = channel
    data.setlist("agents", [value for value, name in boxes.items() if name in agents])
    data.setlist("is_protected", ["on"] if is_protected else [])
    return client.post(url, data.urlencode(), content_type=FORM, follow=True)


def test_protection_is_not_unticked_by_one_person(guarded, ann):
    release, client = evil(ann), signed_in(ann)
    answer = save(client, "production")
    assert "stays protected until someone else confirms" in answer.text
    assert move(client, release) == 422
    assert served() == 1
    page = client.get(f"{CHANNELS}moves/").text
    assert "asked to unprotect" in page


def test_whoever_asked_does_not_confirm_it(guarded, ann, ben):
    save(signed_in(ann), "production")
    url = f"{CHANNELS}production/unprotect/"
    answer = signed_in(ann).post(url, {"answer": "confirm"}, follow=True)
    assert "someone else has to confirm it" in answer.text
    assert Channel.objects.get(name="production").is_protected
    page = signed_in(ben).get(CHANNELS).text
    assert "waiting for a second person" in page
    signed_in(ben).post(url, {"answer": "confirm"})
    assert not Channel.objects.get(name="production").is_protected
    last = ChannelMove.objects.first()
    assert last is not None
    assert (last.kind, last.by_name, last.approved_by) == ("unprotect", "ben", "ann, who asked for it")


def test_agents_are_not_led_to_an_unprotected_channel(guarded, ann):
    services.create_channel(name="staging")
    evil(ann, "staging")
    answer = save(signed_in(ann), "staging", "NEUROS")
    assert "Protect staging first" in answer.text
    assert served() == 1


def test_nor_to_one_that_is_protected_after_what_nobody_approved_went_there(guarded, ann, ben):
    services.create_channel(name="staging")
    release, client = evil(ann, "staging"), signed_in(ann)
    answer = save(client, "staging", "NEUROS", is_protected=True)
    assert "nobody but its author stands for" in answer.text
    assert served() == 1
    services.say(release=release, person=ben, verdict="approved")
    save(client, "staging", "NEUROS", is_protected=True)
    assert served() == 2
    followed = ChannelMove.objects.first()
    assert followed is not None
    assert (followed.kind, followed.agent_name, followed.by_name) == ("follow", "NEUROS", "ann")


def test_a_channel_does_not_go_back_behind_the_coming_of_an_agent(guarded, ann, ben):
    services.create_channel(name="staging")
    bad, client = evil(ann, "staging"), signed_in(ann)
    save(client, "staging", is_protected=True)
    edit("< 24")
    good = publish(author=ann, channel="staging").release
    services.say(release=good, person=ben, verdict="approved")
    assert move(client, good, "staging") == 302
    save(client, "staging", "NEUROS", is_protected=True)
    assert served() == good.number
    assert move(client, bad, "staging") == 422


def test_what_was_there_before_protection_does_not_come_back_alone(first, ann):
    bad = evil(ann)
    services.roll_back(channel="production", release=1, by=ann, reason="Why")
    client = signed_in(ann)
    save(client, "production", is_protected=True)
    assert move(client, bad) == 422
    assert served() == 1


def test_a_token_whose_maker_is_gone_makes_nothing_that_one_person_approves(guarded, ann, ben, unhurried):  # noqa: F811
    token = ApiToken(name="ci", scopes=["releases:write"], author=ben)
    secret = token.new_secret()
    token.save()
    ben.delete()
    services.create_channel(name="staging")
    edit("< 29")
    body = {"message": "Because.", "accepted": "Known.", "channel": "staging"}
    headers = {"authorization": f"Bearer {secret}"}
    answer = Client().post("/api/v1/releases/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    release = Release.objects.get(number=2)
    services.say(release=release, person=ann, verdict="approved")
    assert move(signed_in(ann), release) == 422
    page = signed_in(ann).get(f"{RELEASES}2/").text
    assert "two people have to approve it" in page
    services.say(release=release, person=publisher("cem"), verdict="approved")
    assert move(signed_in(ann), release) == 302


def test_a_server_without_the_setting_asks_for_approval_all_the_same(first, ann, settings):
    settings.REQUIRE_APPROVAL = True
    release = evil(ann)
    settings.REQUIRE_APPROVAL = False
    assert move(signed_in(ann), release) == 422
    assert served() == 1


def test_an_editor_who_deletes_an_agent_does_not_change_what_it_gets(guarded, ann, ben):
    services.create_channel(name="staging")
    release = evil(ann, "staging")
    services.say(release=release, person=ben, verdict="approved")
    save(signed_in(ann), "staging", "NEUROS", is_protected=True)
    assert served() == 2
    Agent.objects.get(name="NEUROS").delete()
    assert served() == 2
    assert "Followed by NEUROS" in signed_in(ann).get(CHANNELS).text


def test_an_author_without_an_account_stays_the_author(guarded, ann, ben):
    release = evil(ann)
    ann.delete()
    release.refresh_from_db()
    assert (release.author, release.author_name) == (None, "ann")
    services.say(release=release, person=ben, verdict="approved")
    assert move(signed_in(ben), release) == 302


def test_who_published_the_same_content_before_does_not_approve_it(guarded, ann, ben):
    services.say(release=evil(ann), person=ben, verdict="rejected", note="No.")
    again = evil(ben)
    assert again.number == 3
    with pytest.raises(services.MoveRefused) as refused:
        services.say(release=again, person=ann, verdict="approved")
    assert refused.value.code == "author_cannot_approve"


def test_a_person_who_is_not_active_approves_nothing(guarded, ann, ben):
    release = evil(ann)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    with pytest.raises(services.MoveRefused) as refused:
        services.say(release=release, person=ben, verdict="approved")
    assert refused.value.code == "unknown_person"


def test_a_superuser_alone_does_not_either(guarded):
    root = User.objects.create_superuser("root")
    release, client = evil(root), signed_in(root)
    client.post(f"{RELEASES}2/say/", {"verdict": "approved"})
    save(client, "production")
    client.post(f"{CHANNELS}production/unprotect/", {"answer": "confirm"})
    assert move(client, release) == 422
    assert served() == 1


def test_a_protected_channel_is_not_deleted(guarded, admin_client):
    channel = Channel.objects.create(name="staging", is_protected=True)
    assert admin_client.post(f"{CHANNELS}{channel.pk}/delete/", {"post": "yes"}).status_code == 403


def test_what_waits_for_a_second_person_is_on_the_first_page(guarded, ann, ben):
    evil(ann)
    save(signed_in(ann), "production")
    page = signed_in(ben).get("/admin/").text
    assert "Release 2 is proposed" in page
    assert "production is to be no longer protected" in page
