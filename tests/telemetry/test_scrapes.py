"""Scrapes answered in front of Django: the same answers, without asking it."""

import math
from threading import Event
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from releases.serving.assembly import learn_press
from releases.serving.front import Front
from releases.serving.shelf import Grant
from telemetry import scrapes
from telemetry.exposition.keeper import Keeper
from telemetry.scrapes import Scrapes
from tests.releases.serving.conftest import ask, connections_stay, make_site, token
from tests.telemetry.samples import observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
__all__ = ["connections_stay"]
OPEN = "application/openmetrics-text;version=1.0.0"
KINDS = {
    "plain": {},
    "OpenMetrics": {"HTTP_ACCEPT": OPEN},
    "packed": {"HTTP_ACCEPT_ENCODING": "gzip"},
    "both": {"HTTP_ACCEPT": OPEN, "HTTP_ACCEPT_ENCODING": "gzip, deflate"},
}


@pytest.fixture
def site(contract, tmp_path):
    made = make_site(tmp_path)
    hooks = {"GET /metrics/kpis": Scrapes(made.django, process=False)}
    made.front = Front(
        made.django, made.holder, learn_press(made.django), hosts=["testserver"], slots=1, takers=hooks
    )
    secret = token("metrics:read")[1]
    made.look()
    told(observation(18))
    for kind in KINDS.values():
        get(made.front, secret, **kind)  # the first one teaches the headers
    return SimpleNamespace(
        front=made.front, django=made.django, holder=made.holder, look=made.look, secret=secret
    )


def get(application, secret, path="/metrics/kpis", **environ):
    return ask(application, path, secret, **environ)


def both(site, **environ):
    """The front's answer, Django's to the same, and how often the front asked that."""
    before = site.django.times
    fast = get(site.front, site.secret, **environ)
    asked = site.django.times - before
    return fast, get(site.django, site.secret, **environ), asked


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_scrape_is_answered_as_django_answers_it_and_without_it(site, kind):
    fast, slow, asked = both(site, **kind)
    assert asked == 0
    assert fast.code == 200
    assert (fast.status, fast.headers, fast.body) == (slow.status, slow.headers, slow.body)


def test_what_changed_is_there_at_the_next_one(site):
    told(observation(19, user_id="u-2"))
    assert b"} 19.0\n" in get(site.front, site.secret).body


@pytest.mark.parametrize(
    "unusual",
    [
        {"QUERY_STRING": "match=x"},
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "POST"},
        {"HTTP_COOKIE": "a=b"},
    ],
)
def test_what_is_unusual_is_left_to_django(site, unusual):
    fast, slow, asked = both(site, **unusual)
    assert asked == 1
    assert (fast.status, fast.body) == (slow.status, slow.body)


def test_a_token_without_the_scope_is_refused(site):
    secret = token("registry:read")[1]
    assert get(site.front, secret).code in (401, 403)


def test_an_agent_is_refused_in_front_as_behind(site):
    secret = token("metrics:read", agent="NEUROS")[1]
    site.look()
    assert get(site.front, secret).code == 403
    assert get(site.django, secret).code == 403


def test_a_database_that_is_away_is_not_asked_a_second_time(site, monkeypatch):
    get(site.front, site.secret)

    def fails(*args, **options):
        raise OperationalError("away")

    monkeypatch.setattr(scrapes, "scrape", fails)
    fast, _, asked = both(site)
    assert (asked, fast.code, fast.headers["Content-Type"]) == (0, 503, "application/problem+json")
    assert int(fast.headers["Retry-After"]) > 0


def test_what_goes_wrong_is_told_by_django(site, monkeypatch):
    def fails(*args, **options):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(scrapes, "scrape", fails)
    fast, _, asked = both(site)
    assert (asked, fast.code) == (1, 200)


def test_only_who_is_scraped_follows_the_database(site, monkeypatch):
    times: list[int] = []
    keeper = Keeper()
    monkeypatch.setattr(keeper, "scraped", lambda: times.append(1))
    taker = Scrapes(site.django, keeper)
    grant = Grant(0, "one", "", "", ("metrics:read",), math.inf)
    taker._headers[False, False] = []
    taker({"HTTP_ACCEPT": "*/*"}, lambda *_: None, grant, "one")
    assert times == [1]


def test_a_keeper_begins_once_and_ends_when_told(monkeypatch):
    keeper, looked = Keeper(every=0.001, after_last=60), Event()
    monkeypatch.setattr(keeper, "look", looked.set)
    keeper.scraped()
    thread = keeper._thread
    assert thread
    assert looked.wait(5)
    keeper.scraped()
    assert keeper._thread is thread
    keeper.stop()
    assert not thread.is_alive()


def test_a_keeper_ends_when_nobody_scrapes():
    keeper = Keeper(every=0.001, after_last=0)
    keeper.scraped()
    keeper.stop()
    assert keeper._thread is None


def test_a_keeper_has_little_left_for_the_next_scrape(site):
    keeper = Keeper()
    told(observation(19, user_id="u-2"))
    keeper.look()
    assert sum(stack.count for stack in keeper._held.series.values()) == 2


def test_a_keeper_outlives_the_database(monkeypatch, caplog):
    keeper = Keeper()
    monkeypatch.setattr(
        keeper._held, "bring_up_to", lambda *_: (_ for _ in ()).throw(OperationalError("away"))
    )
    monkeypatch.setattr(
        "telemetry.exposition.keeper.connection", SimpleNamespace(vendor="sqlite", close=lambda: None)
    )
    keeper.look()
    assert "does not answer" in caplog.text
