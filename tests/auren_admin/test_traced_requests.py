"""Requests as spans: what of a request a collector gets, and what it never does."""

import time

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from auren_admin.trace_settings import TraceSettings
from auren_admin.traced_requests import SPAN, template, traced, traced_takers
from releases.serving.shelf import Grant
from rest.patience import SINCE
from tracing.names import ATTRIBUTES

PARENT = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
MARK = "anna-7731"


@pytest.fixture
def client(settings, tracer):
    settings.TRACING = TraceSettings(True, 2048, 128, 5000)
    settings.MIDDLEWARE = ["auren_admin.traced_requests.traced", *settings.MIDDLEWARE]
    return Client(raise_request_exception=False)


@pytest.fixture
def sent(tracer, collector):
    """The spans of requests that were answered."""

    def sent():
        tracer.stop()
        return [span for span in collector.spans if span.kind == 2]

    return sent


@pytest.mark.django_db
def test_a_request_is_told_by_its_route_and_nothing_that_its_caller_sent(client, sent):
    client.get(
        f"/api/v1/kpis/{MARK}/?search={MARK}",
        headers={
            "authorization": f"Bearer {MARK}",
            "user-agent": MARK,
            "x-forwarded-for": MARK,
            "tracestate": f"a={MARK}",
        },
        REMOTE_ADDR="192.0.2.77",
    )
    (span,) = sent()
    assert span.name == "GET /api/v1/kpis/{name}"
    assert span.attributes["http.response.status_code"] == 401
    assert set(span.attributes) <= ATTRIBUTES
    assert MARK not in span.text
    assert "192.0.2.77" not in span.text


@pytest.mark.django_db
def test_a_request_is_the_child_of_the_span_that_its_caller_names(client, sent, settings):
    client.get("/admin/login/", headers={"traceparent": PARENT})
    settings.TRACING = TraceSettings(False, 2048, 128, 5000)
    client.get("/admin/login/", headers={"traceparent": PARENT})
    followed, alone = sent()
    assert (followed.trace, followed.parent) == tuple(PARENT.split("-")[1:3])
    assert alone.parent == ""


def test_an_address_that_nothing_matches_is_not_told(client, sent):
    client.get(f"/{MARK}")
    (span,) = sent()
    assert (span.name, span.attributes["http.response.status_code"]) == ("GET", 404)


def test_a_method_that_somebody_made_up_is_not_told(client, sent):
    client.generic(MARK, "/admin/login/")
    (span,) = sent()
    assert span.attributes["http.request.method"] == "_OTHER"
    assert MARK not in span.text


def test_a_failure_of_ours_is_told_by_its_class(client, sent):
    def fail(request):
        middleware.process_exception(request, LookupError(MARK))
        return HttpResponse(status=500)

    middleware = traced(fail)
    middleware(RequestFactory().get("/"))
    (span,) = sent()
    assert (span.status, span.attributes["error.type"]) == (2, "LookupError")
    assert MARK not in span.text


@pytest.mark.parametrize("path", ["/livez", "/static/none.css"])
def test_probes_and_static_files_have_no_span(client, sent, path):
    client.get(path)
    assert sent() == []


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        (r"api/v1/^agents/(?P<agent>[^/]+)/bindings\.yaml/?$", "/api/v1/agents/{agent}/bindings.yaml"),
        (r"api/v1/^releases/(?P<number>[0-9]{1,9})/?$", "/api/v1/releases/{number}"),
        ("admin/kpis/kpi/<path:object_id>/change/", "/admin/kpis/kpi/{object_id}/change/"),
        ("", "/"),
    ],
)
def test_a_route_reads_as_people_write_it(pattern, written):
    assert template(pattern) == written


GRANT = Grant(0, "token", "", "NEUROS", ("observations:write",), 0.0)


def take(status):
    """Have a taker answer a report that came two seconds ago."""

    def taker(environ, start_response, grant, name):
        assert SPAN in environ
        start_response(status, [])
        return [b"answer"]

    environ = {"REQUEST_METHOD": "POST", "wsgi.url_scheme": "http", SINCE: time.monotonic() - 2}
    found = traced_takers({"POST /api/v1/observations/": taker})["POST /api/v1/observations/"]
    return found(environ, lambda *args: None, GRANT, "name")


def test_what_is_answered_in_front_of_django_has_a_span_from_when_it_came(client, sent):
    assert take("200 OK") == [b"answer"]
    (span,) = sent()
    assert span.name == "POST /api/v1/observations"
    assert (span.attributes["auren.agent"], span.attributes["http.response.status_code"]) == ("NEUROS", 200)
    assert 2e9 < span.took_ns < 4e9


def test_what_a_server_could_not_do_is_an_error_and_what_a_caller_did_wrong_is_none(client, sent):
    take("503 Busy")
    take("413 Too Large")
    assert [(span.status, span.attributes.get("error.type")) for span in sent()] == [(2, "503"), (0, None)]
