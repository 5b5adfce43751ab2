"""The front answers as Django would, byte for byte, and asks no database."""

import gzip
import json
from datetime import timedelta
from time import monotonic, time

import pytest
from django.utils import timezone

from bindings.models import Agent
from jobs.database_clock import database_clock
from releases import services
from releases.serving.front import REFUSED, SHELF
from tests.releases.samples import add_agent, add_kpi, released
from tests.releases.serving.conftest import BINDINGS, Site, ask, token

POLLS = [
    (BINDINGS, ""),
    (f"{BINDINGS}/", ""),
    (f"{BINDINGS}.yaml", ""),
    ("/api/v1/registry", ""),
    ("/api/v1/registry.yaml/", ""),
    ("/api/v1/channels/production", ""),
    (BINDINGS, "channel=production"),
    (BINDINGS, "release=1"),
    ("/api/v1/registry.yaml", "release=1"),
]
HEADERS = [
    {},
    {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"},
    {"HTTP_ACCEPT_ENCODING": "gzip;q=0, *"},
    {"HTTP_IF_NONE_MATCH": "*"},
    {"HTTP_IF_NONE_MATCH": '"other"'},
    {"REQUEST_METHOD": "HEAD"},
    {"HTTP_ACCEPT": "text/html"},
    {"HTTP_HOST": "testserver:8000"},
]


@pytest.mark.parametrize("more", HEADERS, ids=str)
def test_a_poll_is_answered_as_django_answers_it(site: Site, more):
    secret = site.token()
    for path, query in POLLS:
        fast, slow = site.both(path, secret, query=query, **more)
        assert fast.code == (304 if more.get("HTTP_IF_NONE_MATCH") == "*" else 200)
        assert (fast.status, fast.headers) == (slow.status, slow.headers)
        assert fast.body == (b"" if "REQUEST_METHOD" in more else slow.body)


@pytest.mark.parametrize("kind", ["bindings", "bindings.yaml"])
def test_a_name_that_is_nearly_right_gets_the_right_one(site: Site, kind):
    secret = site.token(agent="NEUROS")
    for application in (site.django, site.front):
        answer = ask(application, f"/api/v1/agents/neuros/{kind}", secret)
        assert answer.code == 404
        told = "The release has no agent called neuros. Did you mean NEUROS?"
        assert json.loads(answer.body)["detail"] == told
    (elsewhere,) = [json.loads(ask(site.django, f"/api/v1/agents/XYZ/{kind}", secret).body)["detail"]]
    assert elsewhere == "The release has no agent called XYZ."


def test_a_name_that_is_nearly_right_is_told_while_the_database_is_away(site: Site):
    secret = site.token(agent="NEUROS")
    away = {SHELF: site.holder.shelf}
    answer = ask(
        lambda environ, start: site.django(environ | away, start), "/api/v1/agents/neuros/bindings", secret
    )
    assert "Did you mean NEUROS?" in json.loads(answer.body)["detail"]


def test_a_warm_poll_asks_no_database(site: Site, django_assert_num_queries):
    secret = site.token()
    with django_assert_num_queries(0):
        assert ask(site.front, BINDINGS, secret).code == 200
        assert ask(site.front, BINDINGS, secret, HTTP_IF_NONE_MATCH="*").code == 304


def test_each_encoding_has_a_tag_of_its_own(site: Site):
    for number in range(5):
        add_kpi(f"one_more_{number}")
    released()
    secret = site.token()
    plain, packed = (
        ask(site.front, "/api/v1/registry", secret, HTTP_ACCEPT_ENCODING=encoding)
        for encoding in ("", "gzip")
    )
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    other = {"HTTP_IF_NONE_MATCH": plain.headers["ETag"], "HTTP_ACCEPT_ENCODING": "gzip"}
    assert ask(site.front, "/api/v1/registry", secret, **other).code == 200


@pytest.mark.parametrize("given", ["W/{}", '"x", {}', '"x",W/{} , "y"'])
def test_the_tag_is_found_in_lists_and_by_weak_comparison(site: Site, given):
    secret = site.token()
    tag = ask(site.front, BINDINGS, secret).headers["ETag"]
    fast, slow = site.both(BINDINGS, secret, HTTP_IF_NONE_MATCH=given.format(tag))
    assert fast.code == 304
    assert fast.headers == slow.headers
    assert {"ETag", "Cache-Control", "Vary"} <= set(fast.headers)
    assert "Content-Length" not in fast.headers


UNUSUAL = [
    {"REQUEST_METHOD": "POST"},
    {"HTTP_COOKIE": "a=b"},
    {"CONTENT_LENGTH": "3"},
    {"HTTP_CONTENT_ENCODING": "gzip"},
    {"HTTP_HOST": "elsewhere"},
    {"query": "release=9"},
    {"query": "release=x"},
    {"query": "channel=nowhere"},
    {"query": "colour=red"},
    {"query": "release=1&channel=production"},
]


@pytest.mark.parametrize("more", UNUSUAL, ids=str)
def test_what_is_unusual_is_left_to_django(site: Site, more):
    secret = site.token()
    assert ask(site.front, BINDINGS, secret).code == 200
    before = site.django.times
    ask(site.front, BINDINGS, secret, **more)
    assert site.django.times == before + 1


@pytest.mark.parametrize(
    ("path", "secret", "code"),
    [
        (BINDINGS, "aur_unknown.secret", 401),
        (BINDINGS, "", 401),
        ("/api/v1/agents/NOBODY/bindings", None, 404),
        ("/api/v1/channels/nowhere", None, 404),
        ("/api/v1/registry?release=7", None, 404),
        ("/api/v1/registry?release=0", None, 400),
        ("/api/v1/registry?colour=red", None, 400),
        ("/api/v1/channels/production", "registry", 403),
        (BINDINGS, "registry", 403),
    ],
)
def test_errors_are_the_same_without_the_database(site: Site, path, secret, code, django_assert_num_queries):
    tokens = {None: site.token, "registry": lambda: site.token("registry:read")}
    given = tokens[secret]() if secret in tokens else secret
    site.look()
    path, _, query = path.partition("?")
    slow = ask(site.django, path, given, query=query)
    site.holder.troubles["database"] = timezone.now()
    with django_assert_num_queries(0):
        away = ask(site.front, path, given, query=query)
    assert away.code == code
    assert (away.status, away.headers, away.body) == (slow.status, slow.headers, slow.body)


def test_without_the_database_even_an_unusual_poll_is_answered(site: Site, django_assert_num_queries):
    secret = site.token()
    site.holder.answered = monotonic() - 60
    site.holder.confirmed = monotonic() - 60.5
    with django_assert_num_queries(0):
        assert ask(site.front, BINDINGS, secret, HTTP_COOKIE="a=b").code == 200
    assert SHELF in site.django.last
    assert ask(site.front, BINDINGS, secret).headers["Auren-Age"] == "60"


def test_without_the_database_pages_do_not_take_every_thread(site: Site):
    site.holder.troubles["database"] = timezone.now()
    assert site.front._slots.acquire(blocking=False)
    refused = ask(site.front, "/admin/")
    assert (refused.code, refused.headers["Retry-After"]) == (503, "5")
    assert "Content-Security-Policy" in refused.headers
    assert json.loads(ask(site.front, "/api/v1/kpis/").body)["code"] == "unavailable"
    site.front._slots.release()
    assert ask(site.front, "/livez").code == 200
    assert REFUSED not in site.django.last


def test_before_anything_is_loaded_django_answers(site: Site):
    secret = site.token()
    site.holder.shelf = None
    assert ask(site.front, BINDINGS, secret).code == 200


def test_a_token_counts_until_it_expires(site: Site, monkeypatch):
    made, secret = token()
    made.expires = timezone.now() + timedelta(minutes=1)
    made.save()
    site.look()
    assert site.both(BINDINGS, secret)[0].code == 200
    later = monotonic() + 61
    monkeypatch.setattr("releases.serving.front.monotonic", lambda: later)
    before = site.django.times
    ask(site.front, BINDINGS, secret)
    assert site.django.times == before + 1


@pytest.mark.parametrize("was_seen", [True, False])
def test_without_the_database_an_expired_token_reads_nothing(site: Site, monkeypatch, was_seen):
    made, secret = token()
    made.expires = timezone.now() + timedelta(minutes=1)
    made.save()
    site.look()
    site.holder.troubles["database"] = timezone.now()
    if was_seen:
        assert ask(site.front, BINDINGS, secret).code == 200
    later, then = monotonic() + 61, time() + 61
    monkeypatch.setattr("releases.serving.front.monotonic", lambda: later)
    monkeypatch.setattr(database_clock, "time", lambda: then)
    assert ask(site.front, BINDINGS, secret).code == 401


@pytest.mark.parametrize("authorization", [None, "Bearer nobody", "of the site"])
def test_what_fails_has_no_unrelated_error_before_it(site: Site, monkeypatch, authorization):
    """What is not found in memory is no reason for what goes wrong afterwards."""

    def fails(*args):
        raise LookupError("ours")

    monkeypatch.setattr(site.front, "_is_usual", fails)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": BINDINGS, "HTTP_HOST": "testserver"}
    if authorization:
        secret = f"Bearer {site.token()}" if authorization == "of the site" else authorization
        environ["HTTP_AUTHORIZATION"] = secret
    with pytest.raises(LookupError) as failed:
        site.front.at_once(environ, lambda *args: None)
    assert failed.value.__context__ is None


def test_a_revoked_token_is_refused_at_the_next_look(site: Site):
    made, secret = token()
    site.look()
    assert ask(site.front, BINDINGS, secret).code == 200
    made.revoke()
    site.look()
    assert ask(site.front, BINDINGS, secret).code == 401


def test_who_follows_a_channel_reads_that_channel(site: Site):
    services.create_channel(name="staging")
    services.move(channel="staging", release=1, by=None)
    second = released("< 24")
    services.follow(agent=Agent.objects.get(name="NEUROS"), channel=services.channel_named("staging"))
    own, service = site.token(agent="NEUROS"), site.token()
    asked = [
        (own, BINDINGS, "1"),
        (own, "/api/v1/registry", "1"),
        (service, BINDINGS, "1"),
        (service, "/api/v1/registry", str(second.number)),
        (own, "/api/v1/channels/production", str(second.number)),
        (own, "/api/v1/channels/staging", "1"),
    ]
    for secret, path, release in asked:
        fast, slow = site.both(path, secret)
        assert fast.headers == slow.headers
        assert fast.body == slow.body
        assert fast.headers["Auren-Release"] == release
        assert fast.headers["Auren-Retention-Days"] == "400"


def test_a_publish_that_does_not_touch_an_agent_leaves_its_tag(site: Site):
    secret = site.token()
    before = ask(site.front, "/api/v1/agents/SOMNOS/bindings", secret).headers
    add_agent("HELPER", "hrv_rmssd")
    released()
    site.watcher.look()
    after = ask(site.front, "/api/v1/agents/SOMNOS/bindings", secret).headers
    assert (before["ETag"], before["Auren-Release"]) == (after["ETag"], "1")
    assert after["Auren-Release"] == "2"


def test_after_a_roll_back_the_old_body_and_tag_are_served(site: Site):
    secret = site.token()
    old = ask(site.front, BINDINGS, secret)
    released("< 24")
    site.watcher.look()
    assert ask(site.front, "/api/v1/registry", secret).headers["Auren-Release"] == "2"
    services.roll_back(channel="production", release=1, by=None, reason="Why")
    site.watcher.look()
    again = ask(site.front, BINDINGS, secret)
    assert (again.body, again.headers["ETag"]) == (old.body, old.headers["ETag"])


def test_a_release_asked_for_by_number_is_kept(site: Site):
    secret = site.token()
    released("< 24")
    site.watcher.look()
    before = site.django.times
    assert ask(site.front, BINDINGS, secret, query="release=1").code == 200
    assert site.django.times == before + 1
    site.watcher._pins_due = 0
    site.watcher.look()
    fast, slow = site.both(BINDINGS, secret, query="release=1")
    assert fast.headers == slow.headers
