"""The list of releases, and a release's page."""

from hashlib import sha256

import pytest
from django.contrib.auth.models import User

from bindings.identities import claim
from bindings.models import Agent
from releases import services
from releases.models import Channel, Release
from tests.conftest import signed_in
from tests.releases.admin.conftest import RELEASES, may
from tests.releases.samples import person, released

TWO = f"{RELEASES}2/"


@pytest.fixture
def second(first) -> Release:
    return released("< 25", message="Felt earlier")


@pytest.fixture
def proposed(first, settings, author) -> Release:
    settings.REQUIRE_APPROVAL = True
    return released("< 25", message="Felt earlier", author=author)


@pytest.fixture
def other_client(db):
    """A second publisher."""
    return signed_in(may(person("other", first_name="Otto", last_name="Other"), "releases"))


def test_the_list_has_every_release_the_newest_first_with_a_way_back(second, publisher_client):
    page = publisher_client.get(RELEASES).text
    assert page.index("Felt earlier") < page.index("Because.")
    assert "/admin/releases/channel/production/move/?release=1" in page
    assert "?release=2" not in page


def test_without_any_release_the_list_says_what_one_is(registry, production, publisher_client):
    assert "Nothing has been published yet" in publisher_client.get(RELEASES).text


def test_a_release_tells_what_it_changed_where_it_is_and_what_is_in_it(second, publisher_client):
    page = publisher_client.get(TWO).text
    for text in (
        "Felt earlier",
        "since release 1",
        "20 to below 25 ms",
        "production",
        second.digest,
        "SOMNOS",
    ):
        assert text in page, text


def test_the_first_release_does_not_list_everything_as_a_change(first, publisher_client):
    page = publisher_client.get(f"{RELEASES}1/").text
    assert "The first release" in page
    assert 'class="card group"' not in page


def test_the_document_is_byte_for_byte_what_the_digest_is_of(second, publisher_client):
    answer = publisher_client.get(f"{TWO}document/")
    assert sha256(answer.content).hexdigest() == second.digest


def test_the_author_cannot_approve_and_is_told_why(proposed, author):
    client = signed_in(may(author, "releases"))
    page = client.get(TWO).text
    assert "someone else has to approve it" in page
    assert 'value="approved"' not in page
    answer = client.post(f"{TWO}say/", {"verdict": "approved"}, follow=True)
    assert "cannot be approved by its author" in answer.text
    assert not proposed.approvals.exists()


def test_someone_else_approves_and_then_it_can_be_published(proposed, other_client):
    page = other_client.get(TWO).text
    assert "waits for the approval" in page
    answer = other_client.post(f"{TWO}say/", {"verdict": "approved", "note": "Agreed"}, follow=True)
    assert "You approved release 2." in answer.text
    assert "Publish it to production…" in answer.text
    move = "/admin/releases/channel/production/move/"
    data = {"release": "2", "revision": str(Channel.objects.get().revision), "reason": ""}
    assert other_client.post(move, data).status_code == 302
    assert Channel.objects.get().release == proposed


@pytest.mark.parametrize(("verdict", "told"), [("changes", "changes asked for"), ("rejected", "rejected")])
def test_what_speaks_against_it_needs_a_note_and_is_told(proposed, other_client, verdict, told):
    other_client.post(f"{TWO}say/", {"verdict": verdict, "note": ""})
    assert not proposed.approvals.exists()
    page = other_client.post(f"{TWO}say/", {"verdict": verdict, "note": "Too early"}, follow=True).text
    assert told in page
    assert "Too early" in page


def test_a_verdict_that_there_is_not_is_refused(proposed, other_client):
    answer = other_client.post(f"{TWO}say/", {"verdict": "maybe"}, follow=True)
    assert "Choose whether" in answer.text


def test_who_may_only_look_sees_it_and_can_do_nothing(second, looker_client, viewer_client, stranger_client):
    page = looker_client.get(TWO).text
    assert "Roll production" not in page
    assert looker_client.post(f"{TWO}say/", {"verdict": "approved"}).status_code == 403
    for path in (RELEASES, TWO, f"{TWO}document/", f"{RELEASES}compare/"):
        assert looker_client.get(path).status_code == 200
        assert viewer_client.get(path).status_code in (200, 403)
        assert stranger_client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["99/", "0/", "99/document/", "99/restore/"])
def test_a_release_that_there_is_not_is_not_found(first, publisher_client, path):
    assert publisher_client.get(f"{RELEASES}{path}").status_code == 404


def test_no_form_adds_changes_or_deletes_a_release(first, admin_client):
    for path in ("add/", "1/delete/", "1/history/"):
        assert admin_client.get(f"{RELEASES}{path}").status_code == 404


def test_restoring_shows_what_changes_and_brings_it_back(second, publisher_client):
    path = f"{RELEASES}1/restore/"
    page = publisher_client.get(path)
    assert "20 to below 25 ms was critical and becomes warning." in page.text
    seen = page.context["seen"]
    answer = publisher_client.post(path, {"seen": seen, "reason": "Too many alarms"}, follow=True)
    assert "Everything is as it was in release 1" in answer.text
    assert services.working_copy().digest == Release.objects.get(number=1).digest
    assert "Nothing would change" in publisher_client.get(path).text


def test_restoring_what_someone_changed_meanwhile_shows_it_again(second, publisher_client):
    path = f"{RELEASES}1/restore/"
    answer = publisher_client.post(path, {"seen": "of another time"})
    assert answer.status_code == 422
    assert "while you were looking" in answer.text


def test_restoring_needs_the_right_to_change_everything(second, looker_client):
    assert looker_client.get(f"{RELEASES}1/restore/").status_code == 403


def test_the_page_of_an_agent_says_what_it_is_published_as_until_the_next_publish(first):
    root = signed_in(User.objects.create_superuser("root"))
    agent = Agent.objects.get(name="NEUROS")
    page = f"/admin/bindings/agent/{agent.pk}/change/"
    assert "until the next publish" not in root.get(page).text
    Agent.objects.filter(pk=agent.pk).update(name="NEUREX")
    assert "Published as NEUROS until the next publish" in root.get(page).text
    services.publish(author=None, message="Renamed", accepted="Fine")
    assert "until the next publish" not in root.get(page).text


def test_an_agent_that_was_never_published_is_published_as_nothing(first):
    root = signed_in(User.objects.create_superuser("root"))
    agent = Agent.objects.create(name="KINETOS", code="kinetos", position=9)
    claim([agent])
    Agent.objects.filter(pk=agent.pk).update(name="KINETIX")
    assert "until the next publish" not in root.get(f"/admin/bindings/agent/{agent.pk}/change/").text
