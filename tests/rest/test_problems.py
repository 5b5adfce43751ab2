"""Whatever goes wrong is told as a problem, and nothing of ours shows through."""

import json
import logging

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from kpis.api.views import KPIResource
from kpis.models import KPI
from tests.kpis.api.conftest import body
from tests.kpis.conftest import hrv, registry  # noqa: F401 - fixtures
from tests.rest.calls import call, codes


@pytest.fixture(autouse=True)
def unhurried():
    cache.clear()


def assert_problem(response, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    assert problem["type"] == f"urn:auren:problem:{code}"
    assert problem["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("path", ["nothing/", "kpis/nothing/", "kpis/a/b/c", ""])
def test_an_address_that_leads_nowhere(editor_client, path):
    assert_problem(call(editor_client, "GET", path), 404, "not_found")


def test_a_method_that_is_not_there(editor_client):
    answer = call(editor_client, "PATCH", "kpis/", {})
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST, HEAD"


def test_an_answer_in_another_type(editor_client):
    assert_problem(call(editor_client, "GET", "kpis/", accept="text/html"), 406, "not_acceptable")


def test_nobody_is_asked_for_a_token(client, db):
    answer = call(client, "GET", "kpis/")
    assert_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_person_without_permission(stranger_client, viewer_client):
    assert_problem(call(stranger_client, "GET", "kpis/"), 403, "permission_denied")
    assert_problem(call(viewer_client, "POST", "kpis/", body()), 403, "permission_denied")


def test_a_form_from_elsewhere(editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert_problem(call(client, "POST", "kpis/", body()), 403, "csrf_failed")


def limit(settings, **rates: str) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}


def test_too_many_requests_of_one_caller(editor_client, settings):
    limit(settings, address="9/min", token="2/min")
    answers = [call(editor_client, "GET", "kpis/") for _ in range(3)]
    assert_problem(answers[-1], 429, "throttled")
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[1].status_code == 200


def test_too_many_guesses_of_one_address(client, db, settings):
    limit(settings, address="2/min", token="9/min")
    answers = [call(client, "GET", "kpis/", authorization="Bearer aur_x.y") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


@pytest.fixture
def a_fault(monkeypatch, editor_client):
    """The list of KPIs fails; the client gets the answer a browser would get."""
    editor_client.raise_request_exception = False

    def fail(error):
        monkeypatch.setattr(KPIResource, "get_queryset", lambda self: (_ for _ in ()).throw(error))
        return call(editor_client, "GET", "kpis/")

    return fail


def test_a_fault_of_ours_tells_nothing_and_is_logged(a_fault, caplog):
    logging.getLogger("django").propagate = True
    answer = a_fault(RuntimeError("the secret of the database"))
    assert_problem(answer, 500, "internal_error")
    assert b"secret" not in answer.content


def test_a_database_that_is_away_is_worth_another_try(a_fault):
    answer = a_fault(OperationalError("connection refused at 10.0.0.1"))
    assert_problem(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert b"10.0.0.1" not in answer.content


def test_a_request_keeps_the_name_it_was_given(editor_client):
    assert (
        call(editor_client, "GET", "kpis/", x_request_id="trace-0123456789")["X-Request-ID"]
        == "trace-0123456789"
    )
    assert call(editor_client, "GET", "kpis/", x_request_id="<script>")["X-Request-ID"] != "<script>"


def test_pages_for_people_have_a_name_too_and_stay_pages(editor_client):
    answer = editor_client.get("/admin/nothing/")
    assert answer["X-Request-ID"]
    assert answer["Content-Type"].startswith("text/html")


BODIES = [
    ("nothing", b"", "missing_key"),
    ("no JSON", b"{", "not_json"),
    ("a list", b"[]", "wrong_shape"),
    ("a word", b'"kpi"', "wrong_shape"),
    ("NaN", b'{"absolute_range": {"min": NaN}}', "not_finite"),
    ("infinity", b'{"absolute_range": {"min": -Infinity}}', "not_finite"),
    ("too large a number", b'{"absolute_range": {"min": 1e400}}', "not_finite"),
    ("a number of 5,000 digits", b'{"absolute_range": {"min": %s}}' % (b"9" * 5000), "not_finite"),
    ("a key twice", b'{"name": "a", "name": "b"}', "duplicate_key"),
    ("half a character", b'{"title": "\\ud800"}', "invalid_text"),
    ("half a character as a key", b'{"\\ud800": 1}', "invalid_text"),
    ("a NUL deep inside", b'{"references": [{"a": "\\u0000"}]}', "invalid_text"),
    ("a deep list", b"[" * 100_000, "too_deep"),
    ("a deep object", b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
    ("another encoding", '{"name": "é"}'.encode("latin-1"), "wrong_encoding"),
    ("UTF-16", '{"name": "a"}'.encode("utf-16"), "wrong_encoding"),
]  # fmt: skip


@pytest.mark.door
@pytest.mark.parametrize(("name", "data", "code"), BODIES, ids=[name for name, *_ in BODIES])
def test_a_hostile_body_is_refused_and_nothing_stored(editor_client, name, data, code):
    answer = call(editor_client, "POST", "kpis/", data, content_type="application/json")
    assert answer.status_code == 400
    assert code in {answer.json()["code"], *codes(answer)}
    assert not KPI.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "application/json; charset=latin-1"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_encoding": "gzip"},
        {"content_encoding": "br"},
    ],
    ids=lambda headers: "-".join(headers.values()),
)
def test_a_body_of_another_type_or_encoding(editor_client, headers):
    answer = call(editor_client, "POST", "kpis/", json.dumps(body()).encode(), **headers)
    assert_problem(answer, 415, "unsupported_media_type")


def test_utf_8_may_be_said(editor_client, registry):  # noqa: F811 - the fixture
    sent = json.dumps(body()).encode()
    kind = 'application/json; charset="UTF-8"'
    assert call(editor_client, "POST", "kpis/", sent, content_type=kind).status_code == 201


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 9 * 1024 * 1024])
def test_a_body_over_the_limit(editor_client, size):
    sent = b'{"title": "' + b"x" * size + b'"}'
    assert_problem(call(editor_client, "POST", "kpis/", sent), 413, "too_large")
