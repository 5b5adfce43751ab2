from collections.abc import Callable
from datetime import timedelta
from time import monotonic, time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from bindings.models import Agent, AgentIdentity, ApiToken
from releases.models import Channel, Release, ServingRevision
from releases.serving import watcher as watching
from releases.serving.bodies import Renderer
from releases.serving.holder import Holder
from releases.serving.readiness import readiness
from releases.serving.shelf import Stock
from releases.serving.snapshot import Snapshot
from releases.serving.watcher import Watcher
from releases.signals import served_changed
from tests.releases.samples import released
from tests.releases.serving.conftest import BINDINGS, Site, ask, make_site, token

NEUROS = "agents/NEUROS/bindings"


def rotated(token: ApiToken) -> None:
    token.rotate(overlap=timedelta(seconds=-1), author=User.objects.create_superuser("root"))


def narrowed(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk).update(scopes=["metrics:read"])


@pytest.fixture
def away(monkeypatch):
    """Take the database away, or give it back."""

    def switch(is_away: bool = True) -> None:
        def fail(using: str) -> int:
            raise OperationalError("connection refused")

        monkeypatch.undo()
        if is_away:
            monkeypatch.setattr(ServingRevision, "current", fail)

    return switch


def stock(site: Site) -> Stock:
    assert site.holder.shelf
    return site.holder.shelf.stock


def number(site: Site) -> int | None:
    return stock(site).pointers["production"].number


def test_a_publish_is_served_at_the_next_look(site: Site):
    assert number(site) == 1
    released("< 24")
    site.watcher.look()
    assert number(site) == 2


def test_two_narrow_queries_are_all_while_nothing_changes(site: Site, django_assert_num_queries):
    with django_assert_num_queries(2):  # the revisions of what is served, and of tokens
        site.watcher.look()


def test_a_new_token_counts_at_the_next_look(site: Site):
    secret = token()[1]
    site.watcher.look()
    assert site.both(BINDINGS, secret)[0].code == 200


@pytest.mark.parametrize("end", [ApiToken.revoke, ApiToken.delete, rotated, narrowed])
def test_a_token_that_ends_or_may_less_is_refused_at_the_next_look(site: Site, end: Callable[[Any], Any]):
    made, secret = token(agent="NEUROS")
    site.look()
    assert site.both(BINDINGS, secret)[0].code == 200
    end(made)
    site.watcher.look()
    assert ask(site.front, BINDINGS, secret).code in (401, 403)


def test_a_token_speaks_for_its_agent_by_the_name_that_is_published(site: Site):
    _, secret = token(agent="NEUROS")

    def name() -> str:
        site.watcher.look()
        assert site.holder.shelf is not None
        grant = site.holder.shelf.grant(f"Bearer {secret}", time())
        assert grant is not None
        return grant.agent_name

    Agent.objects.filter(name="NEUROS").update(name="OTHER")
    assert name() == "NEUROS"
    AgentIdentity.objects.filter(name="NEUROS").update(name="OTHER")
    assert name() == "OTHER"


def test_the_note_of_a_use_is_no_reason_to_read_tokens_again(site: Site, django_assert_num_queries):
    made, _ = token()
    site.watcher.look()
    made.note_use(timezone.now())
    with django_assert_num_queries(2):
        site.watcher.look()


def test_what_nobody_counted_up_is_seen_all_the_same(site: Site):
    Channel.objects.filter(name="production").update(is_protected=True)
    site.watcher._whole_due = 0
    site.watcher.look()
    assert b'"protected":true' in stock(site).pointers["production"].body.plain.data


def test_bodies_that_did_not_change_are_kept_once(site: Site):
    before = stock(site).releases[1]["agents/SOMNOS/bindings"]
    released("< 24")
    site.watcher.look()
    assert stock(site).releases[2]["agents/SOMNOS/bindings"] is before


def test_nothing_older_is_served_after_something_newer(site: Site):
    released("< 24")
    site.watcher.look()
    ServingRevision.objects.update(revision=0)
    Channel.objects.update(release=Release.objects.get(number=1))
    site.watcher.look()
    assert number(site) == 2
    assert "release" in site.holder.troubles
    assert "database" not in site.holder.troubles


def test_the_shelf_outlasts_the_database_and_tells_its_age(site: Site, away):
    secret = site.token()
    away()
    site.watcher.look()
    site.holder.confirmed -= 30
    answer = ask(site.front, BINDINGS, secret)
    assert (answer.code, answer.headers["Auren-Age"]) == (200, "30")
    status, said = readiness_of(site)
    assert (status, said["status"]) == (200, "degraded")
    assert [one["what"] for one in said["degraded"]] == ["database"]
    away(False)
    site.watcher.look()
    assert ask(site.front, BINDINGS, secret).headers["Auren-Age"] == "0"
    assert readiness_of(site) == (200, {"status": "ready"})


def test_a_start_without_the_database_serves_the_file(site: Site, away, tmp_path):
    secret = site.token()
    before = ask(site.front, BINDINGS, secret)
    away()
    again = make_site(tmp_path)
    after = ask(again.front, BINDINGS, secret)
    assert (after.code, after.body, after.headers["ETag"]) == (200, before.body, before.headers["ETag"])
    assert again.holder.is_from_file
    assert ask(again.front, BINDINGS, "aur_unknown.secret").code == 401
    away(False)
    again.watcher.look()
    assert (again.holder.is_from_file, number(again)) == (False, 1)


@pytest.mark.parametrize("is_same", [True, False], ids=["this code", "other code"])
def test_a_start_renders_nothing_that_a_file_of_this_code_has(site: Site, tmp_path, monkeypatch, is_same):
    secret = site.token()
    before = ask(site.front, BINDINGS, secret)
    rendered = []
    whole = Renderer.all

    def counted(renderer, *known):
        rendered.append(1)
        return whole(renderer, *known)

    monkeypatch.setattr(Renderer, "all", counted)
    if not is_same:
        monkeypatch.setattr("releases.serving.snapshot.code_mark", lambda: "other")
    again = make_site(tmp_path)
    assert ask(again.front, BINDINGS, secret).body == before.body
    assert (len(rendered), again.holder.is_from_file) == (0 if is_same else 1, False)


def test_without_database_and_file_it_is_not_ready(away, tmp_path, db):
    away()
    assert readiness_of(make_site(tmp_path))[0] == 503


def test_a_file_that_cannot_be_written_is_a_trouble_and_no_more(site: Site, monkeypatch):
    def full(self: Any, shelf: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(site.snapshot), "keep", full)
    released("< 24")
    site.watcher.look()
    assert number(site) == 2
    assert set(site.holder.troubles) == {"snapshot"}


def test_a_release_that_cannot_be_read_leaves_the_one_before(site: Site, monkeypatch):
    released("< 24")
    monkeypatch.setattr(Release, "as_pieces", lambda release: 1 / 0)
    site.watcher.look()
    assert number(site) == 1
    assert "release" in site.holder.troubles


def test_the_last_use_of_a_token_is_noted_once_a_minute(site: Site):
    secret = site.token()
    ask(site.front, BINDINGS, secret)
    site.watcher.look()
    assert ApiToken.objects.get().last_used is None
    site.watcher._uses_due = 0
    site.watcher.look()
    assert ApiToken.objects.filter(last_used__gt=timezone.now() - timedelta(minutes=1)).exists()
    ApiToken.objects.update(last_used=None)
    site.watcher._uses_due = 0
    site.watcher.look()
    assert ApiToken.objects.get().last_used is None


def test_a_use_is_noted_though_the_shelf_was_changed_since(site: Site):
    ask(site.front, BINDINGS, site.token())
    released("< 24")
    site.watcher.look()
    site.watcher._uses_due = 0
    site.watcher.look()
    assert ApiToken.objects.get().last_used


def test_only_a_few_releases_are_kept_by_their_number(site: Site):
    for bound in range(1, 8):
        released(f"< {10 + bound}")
    for wanted in range(1, 8):
        site.holder.wanted[wanted] = monotonic() + wanted
    site.watcher.look()
    assert set(stock(site).releases) == {4, 5, 6, 7, 8}
    assert len(site.holder.wanted) == watching.PINS


def test_who_changes_what_is_served_waits_until_this_process_serves_it(monkeypatch, tmp_path):
    looks: list[str] = []
    said = ["before"]
    monkeypatch.setattr(Watcher, "look", lambda self: looks.append(said[0]))
    monkeypatch.setattr(watching, "EVERY", 60.0)
    thread = Watcher(Holder(), using="default", snapshot=Snapshot(tmp_path, "test"))
    thread.start()
    said[0] = "after"
    served_changed.send(ServingRevision)
    thread.stop()
    assert looks == ["before", "after"]
    served_changed.send(ServingRevision)  # nobody listens any longer, and nobody waits
    assert len(looks) == 2


def test_who_changes_what_is_served_says_so_once_that_is_committed(django_capture_on_commit_callbacks, db):
    heard: list[Any] = []

    def hear(**kwargs: Any) -> None:
        heard.append(kwargs["sender"])

    served_changed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        ServingRevision.bump()
        assert not heard
    served_changed.disconnect(hear)
    assert heard == [ServingRevision]


def test_the_first_look_of_the_thread_is_waited_for(monkeypatch, tmp_path):
    looks: list[float] = []
    monkeypatch.setattr(Watcher, "look", lambda self: looks.append(time()))
    holder = Holder()
    thread = Watcher(holder, using="default", snapshot=Snapshot(tmp_path, "test"))
    thread.start()
    thread.stop()
    assert looks
    assert holder.is_watched


def readiness_of(site: Site) -> Any:
    site.holder.is_watched = True
    return readiness(site.holder)
