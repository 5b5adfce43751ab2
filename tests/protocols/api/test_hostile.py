"""Hostile requests about runs: each answered by its code and its place, nothing stored, and the next good one works."""

import json
from typing import Any

import pytest
from django.test import Client

from protocols.models import HandOffOffer, Intervention, Pause, ProtocolRun, Step
from tests.bindings.api.conftest import bearer
from tests.protocols.api.conftest import agent_client
from tests.protocols.samples import MINUTE, NOW, observation, opened, told
from tests.rest.calls import call
from tests.telemetry.samples import rows

pytestmark = [pytest.mark.django_db, pytest.mark.door]
SAID: dict[str, tuple[dict[str, Any], str, str]] = {
    "no state": ({"state": None}, "/state", "value_not_allowed"),
    "a state of ours": ({"state": "overridden"}, "/state", "value_not_allowed"),
    "a state that is a list": ({"state": ["done"]}, "/state", "value_not_allowed"),
    "another key": ({"stat": "done"}, "/stat", "unknown_field"),
    "a note that is a number": ({"note": 1}, "/note", "text_expected"),
    "a note that is null": ({"note": None}, "/note", "text_expected"),
    "a long note": ({"note": "ü" * 2001}, "/note", "too_long"),
    "NUL in a note": ({"note": "a\0b"}, "/note", "invalid_text"),
    "half a character in a note": ({"note": "a\ud800"}, "/note", "invalid_text"),
    "a bidi override in a note": ({"note": "a\u202eb"}, "/note", "invalid_text"),
    "an escape in a note": ({"note": "\x1b[31mred"}, "/note", "invalid_text"),
    "a time without zone": ({"at": "2026-11-24T12:00:00"}, "/at", "timezone_required"),
    "a time that does not exist": ({"at": "2026-02-30T12:00:00Z"}, "/at", "invalid_time"),
    "a time that is a number": ({"at": 1}, "/at", "invalid_time"),
    "a time that is null": ({"at": None}, "/at", "invalid_time"),
    "a time far away": ({"at": "9999-12-31T23:59:59-23:59"}, "/at", "from_the_future"),
    "the first time there is": ({"at": "0001-01-01T00:00:00+23:59"}, "/at", "before_the_run"),
    "a time before the run": ({"at": "2026-11-24T11:59:59Z"}, "/at", "before_the_run"),
    "evidence that is a list": ({"evidence": [1]}, "/evidence", "wrong_shape"),
    "evidence that is null": ({"evidence": None}, "/evidence", "wrong_shape"),
    "a lot of evidence": ({"evidence": {"a": "b" * 8192}}, "/evidence", "too_large"),
    "deep evidence": ({"evidence": {"a": [[[[[1]]]]]}}, "/evidence", "too_deep"),
    "evidence beyond any number": ({"evidence": {"a": 2**53}}, "/evidence", "out_of_range"),
    "evidence beyond 64 bit": ({"evidence": {"a": {"b": [10**40]}}}, "/evidence", "out_of_range"),
    "a bidi override in evidence": ({"evidence": {"a": ["\u202e"]}}, "/evidence", "invalid_text"),
    "NUL in a key of evidence": ({"evidence": {"a\0": 1}}, "/evidence", "invalid_text"),
    "no reason for a failure": ({"state": "failed"}, "/note", "note_missing"),
    "no reason for what is skipped": ({"state": "skipped", "note": "  \n"}, "/note", "note_missing"),
}
ADDED: dict[str, tuple[dict[str, Any], str, str]] = {
    "neither": ({"action": ""}, "", "missing_key"),
    "both": ({"hand_off": "SOMNOS"}, "/hand_off", "value_not_allowed"),
    "a name of words": ({"action": "Call a doctor!"}, "/action", "action_name"),
    "a name with NUL": ({"action": "a\0"}, "/action", "invalid_text"),
    "a selector": ({"action": 'x"} or vector(1)'}, "/action", "action_name"),
    "a look-alike": ({"action": "\u0440aus"}, "/action", "action_name"),
    "a long name": ({"action": "a" * 121}, "/action", "too_long"),
    "a reason of an action": ({"reason": "Because."}, "/reason", "value_not_allowed"),
    "nobody": ({"action": "", "hand_off": "NOBODY"}, "/hand_off", "unknown_agent"),
    "a long reason": ({"action": "", "hand_off": "SOMNOS", "reason": "a" * 1001}, "/reason", "too_long"),
    "evidence of a hand-off": (
        {"action": "", "hand_off": "SOMNOS", "evidence": {"a": 1}}, "/evidence", "value_not_allowed",
    ),
}  # fmt: skip
BODIES: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 400, "not_json"),
    "nothing": (b"  ", 400, "empty"),
    "a list": (b"[]", 400, "wrong_shape"),
    "NaN": (b'{"state": "done", "evidence": {"a": NaN}}', 400, "not_finite"),
    "1e400": (b'{"state": "done", "evidence": {"a": 1e400}}', 400, "not_finite"),
    "half a character": (b'{"state": "done", "note": "\\ud800"}', 400, "invalid_text"),
    "a key twice": (b'{"state": "done", "state": "failed"}', 400, "duplicate_key"),
    "deep": (b'{"evidence": ' + b"[" * 100_000, 400, "too_deep"),
    "another encoding": ('{"state": "done"}'.encode("utf-16"), 400, "wrong_encoding"),
    "a megabyte": (b'{"state": "done", "note": "' + b"a" * 2**20 + b'"}', 413, "too_large"),
}
BY_PEOPLE = ("interventions", "deviations/RUN003")
TARGETS = ("steps/1", "steps", "acceptance", *BY_PEOPLE)


def counts() -> dict[str, int]:
    """How many there are of everything about runs, and of what was measured."""
    kept = (ProtocolRun, Step, HandOffOffer, Intervention, Pause)
    settled = Step.objects.exclude(state="pending").count()
    return {model.__name__: model.objects.count() for model in kept} | {"settled": settled} | rows()


def assert_the_next_good_one_works(client: Client, run: ProtocolRun) -> None:
    response = call(client, "POST", f"runs/{run.pk}/steps/1", {"state": "done"})
    assert response.status_code == 200, response.content


def assert_refused(response: Any, status: int, code: str, pointer: str | None = None) -> None:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    found = {(error["code"], error.get("pointer")) for error in problem["errors"]} | {(problem["code"], None)}
    assert (code, pointer) in found or (pointer is None and code in {one for one, _ in found}), problem
    assert "u-1" not in response.content.decode()


@pytest.mark.parametrize(("parts", "pointer", "code"), SAID.values(), ids=SAID.keys())
@pytest.mark.parametrize("path", ["steps/1", "steps"])
def test_what_cannot_be_said_of_a_step_is_refused_at_its_place(neuros, path, parts, pointer, code):
    run, base = opened(), {"state": "done"} | ({"action": "rest_today"} if path == "steps" else {})
    before = counts()
    body = json.dumps(base | parts).encode()
    # What no database keeps is refused before anybody looks at the keys.
    usual = pointer if code != "invalid_text" else None
    assert_refused(call(neuros, "POST", f"runs/{run.pk}/{path}", body), 400, code, usual)
    assert counts() == before
    assert_the_next_good_one_works(neuros, run)


@pytest.mark.parametrize(("parts", "pointer", "code"), ADDED.values(), ids=ADDED.keys())
def test_what_is_no_step_is_not_added(neuros, parts, pointer, code):
    run = opened()
    before = counts()
    body = {"action": "rest_today"} | parts
    usual = pointer if code != "invalid_text" else None
    assert_refused(call(neuros, "POST", f"runs/{run.pk}/steps", body), 400, code, usual)
    assert counts() == before
    assert_the_next_good_one_works(neuros, run)


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("path", TARGETS)
def test_a_body_that_cannot_be_read_is_a_problem(neuros, editor, path, body, status, code):
    run = opened()
    before = counts()
    client = editor if path in BY_PEOPLE else neuros
    assert_refused(call(client, "POST", f"runs/{run.pk}/{path}", body), status, code)
    assert counts() == before
    assert_the_next_good_one_works(neuros, run)


@pytest.mark.parametrize("path", TARGETS)
def test_another_encoding_is_refused(neuros, path):
    run = opened()
    for headers in ({"content_type": "application/json; charset=latin-1"}, {"content_encoding": "gzip"}):
        assert_refused(
            call(neuros, "POST", f"runs/{run.pk}/{path}", {"state": "done"}, **headers), 415,
            "unsupported_media_type",
        ) if path not in BY_PEOPLE or "content_encoding" in headers else None  # fmt: skip


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/accept", "missing_key"),
        ({"accept": "yes"}, "/accept", "truth_expected"),
        ({"accept": 1}, "/accept", "truth_expected"),
        ({"accept": None}, "/accept", "truth_expected"),
        ({"accept": False}, "/reason", "reason_missing"),
        ({"accept": False, "reason": " "}, "/reason", "reason_missing"),
        ({"accept": False, "reason": "a" * 2001}, "/reason", "too_long"),
        ({"accept": True, "why": "a"}, "/why", "unknown_field"),
    ],
)
def test_an_answer_that_is_none_is_refused(neuros, somnos, body, pointer, code):
    run = opened()
    for step in (1, 2):
        call(neuros, "POST", f"runs/{run.pk}/steps/{step}", {"state": "done"})
    child = ProtocolRun.objects.get(agent="SOMNOS")
    before = counts()
    assert_refused(call(somnos, "POST", f"runs/{child.pk}/acceptance", body), 400, code, pointer)
    assert counts() == before
    assert call(somnos, "POST", f"runs/{child.pk}/acceptance", {"accept": True}).status_code == 200


ADDRESSES = [
    ("GET", "runs/{}", None),
    ("POST", "runs/{}/steps/1", {"state": "done"}),
    ("POST", "runs/{}/steps", {"action": "rest_today"}),
    ("POST", "runs/{}/acceptance", {"accept": True}),
    ("POST", "runs/{}/interventions", {"kind": "agree"}),
    ("POST", "runs/{}/deviations/RUN003", {"judgement": "harmful", "words": "No."}),
    ("POST", "pauses/{}/lift", {}),
]


KEYS = ["0", "9" * 18, "9" * 40, "-1", "1.0", "a", "%00", "1%00", "..%2f1", "%EF%BC%91", "1e3"]


@pytest.mark.parametrize(("method", "path", "body"), ADDRESSES)
@pytest.mark.parametrize(
    "key", ["0", "9" * 18, "9" * 40, "-1", "1.0", "a", "%00", "1%00", "..%2f1", "%EF%BC%91", "1e3"]
)
def test_an_address_that_leads_nowhere_is_told(neuros, editor, method, path, body, key):
    client = editor if path.endswith(("/lift", *BY_PEOPLE)) else neuros
    response = call(client, method, path.format(key), body)
    assert response.status_code in (400, 404, 405), response.content
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("number", ["0", "5", "99", "999999999", "9999999999", "-1", "%00", "1.5"])
def test_a_step_that_is_not_there_is_not_found(neuros, number):
    run = opened()
    response = call(neuros, "POST", f"runs/{run.pk}/steps/{number}", {"state": "done"})
    assert_refused(
        response, 400 if number == "%00" else 404, "not_found" if number != "%00" else "bad_request"
    )


@pytest.mark.parametrize(
    "name", ["%00", "a%00", "NEUROS%0A", "%F0%9F%98%80", "A" * 5000, "..", "%2e%2e", "neuros", "Ｎ"]
)
def test_the_inbox_of_nobody(viewer, neuros, name):
    for client in (viewer, neuros):
        response = call(client, "GET", f"agents/{name}/inbox")
        assert response.status_code in (400, 403, 404), response.content
        assert response["Content-Type"] == "application/problem+json"


QUERIES = [
    "state=opened", "state=open,ended", "severity=3", "severity=Critical", "root=abc", "root=-1", f"root={'9' * 19}",
    "root=1.0", "since=", "since=-1", "since=1e3", "since=NaN", f"since={'9' * 30}", "opened_after=yesterday",
    "opened_after=2026-11-24", "opened_after=2026-11-24T12:00:00", "opened_before=%00", "agent=%00",
    f"agent={'a' * 500}", "kpi=%E2%80%AE", "deviation=RUN0000000003", "page_size=0", "page_size=10000",
    "cursor=abc", "cursor=WzFd", "ordering=password", "ordering=-subject__user_id", "search=u-1",
    "subject__user_id__startswith=u", "fields=subject", "agent=A&agent=B", "user__password=1", "user_id=%00",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_parameter_that_means_nothing_is_refused(service, query):
    opened()
    assert_refused(
        call(service, "GET", f"runs/?{query}"), 400, call(service, "GET", f"runs/?{query}").json()["code"]
    )


@pytest.mark.parametrize(
    "query",
    [
        "user_id=a%20b",
        f"user_id={'a' * 500}",
        "root=0",
        f"root={'9' * 18}",
        f"since={'9' * 18}",
    ],
)
def test_whom_nobody_knows_has_no_runs(service, neuros, query):
    opened()
    for client in (service, neuros):
        response = call(client, "GET", f"runs/?{query}")
        assert (response.status_code, response.json()["results"]) == (200, [])


def test_the_inbox_refuses_what_means_nothing(neuros):
    for query in ("since=", "since=a", f"since={'9' * 19}", "page_size=1", "since=1&since=2"):
        assert call(neuros, "GET", f"agents/NEUROS/inbox?{query}").status_code == 400


def test_markup_is_text(neuros):
    run, words = opened(), "</script><img src=x onerror=alert(1)>"
    body = {"state": "done", "note": words, "evidence": {words: words}}
    found = call(neuros, "POST", f"runs/{run.pk}/steps/1", body)
    assert found["Content-Type"] == "application/json"
    step = found.json()["steps"][0]
    assert (step["note"], step["evidence"]) == (words, {words: words})


def test_what_is_at_its_limit_is_stored(neuros):
    run = opened()
    evidence = {"a": [[[["b" * (8192 - len('{"a":[[[[""]]]]}'))]]]]}
    body = {"state": "done", "note": "ü" * 2000, "evidence": evidence}
    found = call(neuros, "POST", f"runs/{run.pk}/steps/1", body).json()["steps"][0]
    assert (found["note"], found["evidence"]) == (body["note"], evidence)
    added = {"hand_off": "SOMNOS", "reason": "ü" * 1000}
    other = opened(28, user_id="u-2")
    assert call(neuros, "POST", f"runs/{other.pk}/steps", added).status_code == 200
    action = {"action": "a" * 120, "evidence": {"a": [-(2**53) + 1, -0.0, 1e300]}}
    assert call(neuros, "POST", f"runs/{run.pk}/steps", action).status_code == 200


def test_a_run_has_so_many_steps_and_no_more(neuros, monkeypatch):
    monkeypatch.setattr("protocols.services.reporting.MOST_STEPS", 6)
    run = opened()
    answers = [
        call(neuros, "POST", f"runs/{run.pk}/steps", {"action": f"step_{number}"}) for number in range(4)
    ]
    assert [one.status_code for one in answers] == [200, 200, 409, 409]
    assert answers[3].json()["code"] == "too_many_steps"
    assert run.steps.count() == 6


def test_of_ten_thousand_steps_lists_stay_small(neuros):
    run = opened()
    at = run.opened
    Step.objects.bulk_create(
        Step(run=run, number=number, name=f"step_{number}", severity=3, release=1, declared=False, added=at)
        for number in range(5, 10_005)
    )
    for path in ("runs/", "agents/NEUROS/inbox"):
        assert len(call(neuros, "GET", path).content) < 60_000
    assert call(neuros, "GET", f"runs/{run.pk}").status_code == 200


def test_a_stale_a_repeated_and_an_out_of_order_report(neuros):
    run = opened(28)
    path, done = f"runs/{run.pk}/steps/1", {"state": "done", "at": "2026-11-24T12:01:00Z"}
    told(observation(60, at=NOW + 3 * MINUTE), now=NOW + 3 * MINUTE)
    assert call(neuros, "POST", path, {"state": "started"}).json()["code"] == "not_needed"
    assert call(neuros, "POST", path, done).json()["state"] == "completed"  # done in time, told late
    assert call(neuros, "POST", path, done).status_code == 200
    started = call(neuros, "POST", path, {"state": "started", "at": "2026-11-24T12:00:30Z"})
    assert (started.status_code, started.json()["code"]) == (409, "not_needed")


def test_a_run_of_an_agent_that_was_removed_is_seen_by_people_and_by_no_agent(neuros, viewer):
    run = opened()
    ProtocolRun.objects.filter(pk=run.pk).update(agent="GONE")
    assert call(viewer, "GET", f"runs/{run.pk}").status_code == 200
    assert call(neuros, "POST", f"runs/{run.pk}/steps/1", {"state": "done"}).status_code == 404


def test_who_has_no_right_learns_nothing(protocol):
    run = opened()
    for stranger in (bearer("bindings:read"), agent_client("NEUROS", "metrics:read"), Client()):
        for method, path, body in ADDRESSES:
            response = call(stranger, method, path.format(run.pk), body)
            assert response.status_code in (401, 403, 405)
            assert "hrv" not in response.content.decode()


def test_who_has_a_token_is_not_slowed_down_and_who_guesses_is(neuros, viewer, settings):
    run = opened()
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": {"address": "3/min", "token": "3/min"}
    }
    for method, path, body in (
        ("GET", "agents/NEUROS/inbox", None), ("GET", f"runs/{run.pk}", None),
        ("POST", f"runs/{run.pk}/steps/1", {"state": "done"}),
    ):  # fmt: skip
        assert {call(neuros, method, path, body).status_code for _ in range(6)} == {200}
    guess = {"authorization": "Bearer aur_0123456789abcdef.guess"}
    found = [call(Client(), "GET", "agents/NEUROS/inbox", **guess).status_code for _ in range(5)]
    assert found == [401, 401, 401, 429, 429]
