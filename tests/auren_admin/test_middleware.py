"""What every response carries, and what is answered before Django looks."""

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client

from auren_admin.middleware import unchanged

PAGES = {
    "/livez": 200,
    "/": 302,
    "/admin/": 302,
    "/admin/login/": 200,
    "/admin/no-such-page/": 302,
    "/no-such-page": 404,
    "/static/auren_admin/errors.css": 200,
    "/static/no-such-file.css": 404,
}


def assert_guarded(response):
    policy = {part.strip() for part in response["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    }
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_page_is_guarded(client, db, path, status):
    response = client.get(path)
    response.close()
    assert response.status_code == status
    assert_guarded(response)


def test_a_page_that_fails_is_guarded_and_says_so_in_plain_words(monkeypatch):
    monkeypatch.setattr("django.views.generic.RedirectView.get", lambda *args, **kwargs: 1 / 0)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert_guarded(response)


def test_an_unknown_host_gets_an_explanation(client):
    response = client.get("/", headers={"host": "evil.example.org"})
    assert response.status_code == 400
    assert "AUREN_ALLOWED_HOSTS" in response.text
    assert "evil" not in response.text
    assert_guarded(response)


def test_a_forged_form_gets_an_explanation(db):
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "This form has expired" in response.text
    assert_guarded(response)


@pytest.mark.parametrize("path", ["/nope", "/<script>alert(1)</script>"])
def test_a_page_that_is_not_there_shows_nothing_of_the_address(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "There is nothing at this address" in response.text
    assert "alert" not in response.text


def test_livez_depends_on_nothing(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = []
    response = client.get("/livez", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.text) == (200, "ok\n")


def test_readyz_says_whether_the_database_is_there(client, db, settings, monkeypatch):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = [], True
    assert client.get("/readyz").json() == {"status": "ready"}
    monkeypatch.setattr("releases.serving.readiness.connection", Away())
    response = client.get("/readyz")
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
    assert [trouble["what"] for trouble in response.json()["degraded"]] == ["database"]


class Away:
    """A database that does not answer."""

    def cursor(self) -> None:
        raise OperationalError("connection refused")


def test_a_304_tells_no_length():
    response = unchanged(lambda request: HttpResponse(status=304, headers={"Content-Length": "0"}))(
        HttpRequest()
    )
    assert "Content-Length" not in response


def test_a_body_that_is_too_large_is_refused_unread(client, settings):
    response = client.post(
        "/admin/login/",
        data=b"",
        content_type="text/plain",
        CONTENT_LENGTH=str(settings.REQUEST_MAX_BYTES + 1),
    )
    assert response.status_code == 413
    assert "32 MiB" in response.text
    assert_guarded(response)


@pytest.mark.parametrize("address", ["/admin/login/?next=%00", "/admin/%00"])
def test_a_nul_in_the_address_is_refused(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert_guarded(response)


@pytest.mark.parametrize(
    ("text", "status"), [("one " * 10, 200), ("one " * 11, 400), ("x" * 200, 200), ("x" * 201, 400)]
)
def test_a_search_has_only_so_many_words(editor_client, text, status):
    for path, name in (("/admin/kpis/kpi/", "q"), ("/admin/kpis/unit/", "q")):
        answer = editor_client.get(path, {name: text})
        assert answer.status_code == status
        if status == 400:
            assert b"Search for at most 10 words" in answer.content
