import math

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from releases.serving import assembly
from releases.serving.assembly import Unlike, in_front_of, learn_press, scheme, watchers_alias
from releases.serving.front import SHELF


@pytest.fixture
def alias(monkeypatch):
    monkeypatch.setitem(connections.settings, assembly.ALIAS, None)


def test_the_headers_of_a_poll_are_learned_from_django(db):
    press = learn_press(get_wsgi_application())
    names = [name for name, _ in press.always]
    assert {"Vary", "Cache-Control", "Content-Security-Policy", "X-Frame-Options"} <= set(names)
    assert not {"ETag", "Content-Length", "Auren-Age", "X-Request-ID", "Set-Cookie"} & set(names)
    assert press.always_unchanged == press.always


@pytest.mark.parametrize(
    ("https", "proxy", "hsts", "asked"),
    [
        (False, False, 0, ("wsgi.url_scheme", "http")),
        (True, False, 60, ("wsgi.url_scheme", "https")),
        (True, True, 60, ("HTTP_X_FORWARDED_PROTO", "https")),
        (False, True, 0, ("wsgi.url_scheme", "http")),
        (False, True, 60, ("HTTP_X_FORWARDED_PROTO", None)),
    ],
)
def test_a_plain_poll_came_as_it_should(settings, https, proxy, hsts, asked):
    settings.HTTPS, settings.BEHIND_PROXY, settings.SECURE_HSTS_SECONDS = https, proxy, hsts
    assert scheme() == asked


def test_where_django_answers_otherwise_it_answers_alone(caplog):
    def refusing(environ, start_response):
        start_response("400 Bad Request", [])
        return Closing()

    with pytest.raises(Unlike):
        learn_press(refusing)
    assert in_front_of(refusing) is refusing


class Closing(list[bytes]):
    def close(self) -> None:
        """Nothing to close."""


def test_requests_cannot_use_up_the_watchers_connections(alias, monkeypatch):
    options = {"pool": {"max_size": 5}, "options": "-c a=b"}
    main = connections.settings["default"] | {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options}
    monkeypatch.setitem(connections.settings, "default", main)
    found = connections.settings[watchers_alias()]["OPTIONS"]
    assert found["pool"] == {"min_size": 1, "max_size": 2, "num_workers": 1}
    assert found["connect_timeout"] == 2
    assert found["options"] == "-c a=b -c statement_timeout=5s"
    assert main["OPTIONS"] == options


def test_a_grant_of_the_sample_never_ends():
    shelf = assembly.sample_request()[SHELF]
    assert [grant.expires for grant in shelf.grants.values()] == [math.inf]
