"""Reports answered in front of Django: the same answers, without asking it."""

import json
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from contracts.evaluation import micros
from releases.serving.assembly import learn_press
from releases.serving.front import Front
from telemetry.serving import takers
from tests.releases.serving.conftest import ask, connections_stay, make_site, token
from tests.telemetry.samples import DAY, MINUTE, NOW, observation, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
__all__ = ["connections_stay"]
PATH = "/api/v1/observations"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr("telemetry.ingest.clock", lambda: micros(NOW))


@pytest.fixture
def site(contract, tmp_path):
    made = make_site(tmp_path)
    hooks = takers(made.django)
    made.front = Front(
        made.django, made.holder, learn_press(made.django), hosts=["testserver"], slots=1, takers=hooks
    )
    secret = token("observations:write", agent="NEUROS")[1]
    made.look()
    post(made.front, secret, [observation(at=NOW - 300 * DAY)])  # the first one teaches the headers
    return SimpleNamespace(front=made.front, django=made.django, holder=made.holder, secret=secret, site=made)


def post(application, secret, body, path=PATH, **environ):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(data))}
    usual: dict[str, Any] = {"REQUEST_METHOD": "POST", "wsgi.input": BytesIO(data)} | kind
    return ask(application, path, secret, **(usual | environ))


def both(site, body, **environ):
    """The front's answer, and Django's to the same."""
    before = site.django.times
    fast = post(site.front, site.secret, body, **environ)
    asked = site.django.times - before
    return fast, post(site.django, site.secret, body, **environ), asked


BODIES = {
    "one": observation(18),
    "many": [observation(50, NOW - n * MINUTE, user_id=f"u{n % 3}") for n in range(20)],
    "a list by name": {"observations": [observation(18)]},
    "some refused": [observation(50), observation(9000), observation(50, kpi="hrv_rmsd")],
}
REFUSED = {
    "not JSON": b"nonsense",
    "NaN": json.dumps(observation(float("nan"))).encode(),
    "nothing": b"",
    "of another agent": observation(agent="SOMNOS"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_report_is_answered_as_django_answers_it_and_without_it(site, body):
    fast, slow, asked = both(site, body)
    assert asked == 0
    assert fast.code == 200
    assert (fast.status, fast.headers, fast.body) == (slow.status, slow.headers, slow.body)


def test_django_first_is_the_same(site):
    body = [observation(18), observation(9000)]
    slow = post(site.django, site.secret, body)
    fast = post(site.front, site.secret, body)
    assert (fast.headers, fast.body) == (slow.headers, slow.body)


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_told_as_django_tells_it_and_judged_once(site, body):
    before = rows()
    fast, slow, asked = both(site, body)
    assert asked == 0
    assert fast.code in (400, 403)
    assert (fast.status, fast.headers, fast.body) == (slow.status, slow.headers, slow.body)
    assert rows() == before


@pytest.mark.parametrize(
    "more",
    [
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": "application/json; charset=latin-1"},
        {"HTTP_CONTENT_ENCODING": "gzip"},
        {"HTTP_HOST": "elsewhere.example"},
        {"query": "stric=true"},
        {"query": "strict=true"},
        {"REQUEST_METHOD": "PUT"},
        {"CONTENT_LENGTH": "99999999999"},
        {"CONTENT_LENGTH": "many"},
        {"HTTP_AUTHORIZATION": "Bearer aur_0123456789abcdef.guess"},
    ],
    ids=str,
)
def test_the_unusual_is_answered_as_django_answers_it(site, more):
    body = [observation(50), observation(9000)]
    fast, slow, _ = both(site, body, **more)
    assert fast.code >= 400
    assert (fast.status, fast.headers, fast.body) == (slow.status, slow.headers, slow.body)


def test_another_scope_is_not_enough(site):
    reader = token("bindings:read", agent="NEUROS")[1]
    site.site.look()
    assert post(site.front, reader, observation()).code == 403


def test_an_ended_token_is_not_enough(site):
    ended, secret = token("observations:write", agent="NEUROS")
    site.site.look()
    assert post(site.front, secret, observation()).code == 200
    ended.revoke()
    site.site.look()
    assert post(site.front, secret, observation(51, NOW - MINUTE)).code == 401


@pytest.mark.parametrize("error", ["database is locked", "the connection is closed"])
def test_a_database_that_does_not_answer_is_told_with_when_to_come_again(site, monkeypatch, error):
    def fails(*args, **options):
        raise OperationalError(error)

    monkeypatch.setattr("telemetry.storage.common.Common.standings", fails)
    fast, slow, asked = both(site, observation(50))
    assert asked == 0
    assert fast.code == 503
    assert fast.headers["Content-Type"] == "application/problem+json"
    assert int(fast.headers["Retry-After"]) > 0
    assert (fast.status, fast.headers, fast.body) == (slow.status, slow.headers, slow.body)


def test_what_nobody_foresaw_is_logged_and_left_to_django(site, monkeypatch, caplog):
    def fails(*args, **options):
        raise LookupError("a fault of ours")

    monkeypatch.setattr("telemetry.serving.report", fails)
    fast, slow, asked = both(site, observation(50))
    assert asked == 1
    assert (fast.status, fast.body) == (slow.status, slow.body)
    (record,) = [one for one in caplog.records if one.name == "telemetry.serving"]
    assert "a fault of ours" in str(record.exc_info)


def test_a_database_known_to_be_away_is_not_waited_for(site, monkeypatch):
    monkeypatch.setattr(type(site.holder), "is_away", property(lambda self: True))
    answer = post(site.front, site.secret, observation(50))
    assert (answer.code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
