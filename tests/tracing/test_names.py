"""Names of spans: few, whatever callers send."""

import pytest

from tracing import names


@pytest.mark.parametrize(
    ("method", "route", "name"),
    [
        ("GET", "/api/v1/kpis/{name}", "GET /api/v1/kpis/{name}"),
        ("GET", "", "GET"),
        ("anna@example.org", "", "HTTP"),
    ],
)
def test_a_span_is_named_by_method_and_route(method, route, name):
    assert names.request_span(method, route) == name


def test_a_method_that_somebody_made_up_is_not_repeated():
    assert names.request_method("anna@example.org") == "_OTHER"
    assert names.request_method("PATCH") == "PATCH"


def test_no_attribute_is_one_that_may_tell_of_a_person():
    told = (
        "url.path",
        "url.query",
        "url.full",
        "client.",
        "user",
        "server.address",
        "exception.",
        "db.query",
    )
    assert not [name for name in names.ATTRIBUTES if name.startswith(told)]
