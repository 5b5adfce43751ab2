"""What arrives at a collector: names, parents, attributes, and what is never among them."""

import pytest

from tracing import spans
from tracing.provider import MOST_CHILDREN

PARENT = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


def span(tracer, name="GET", **options):
    return tracer.span(name, spans.Kind.SERVER, {"http.request.method": "GET"}, **options)


def test_a_span_arrives_with_its_name_attributes_and_kind(tracer, collector):
    with span(tracer, "GET /") as made:
        made.rename("GET /a")
        made.note({"http.response.status_code": 200})
    tracer.stop()
    (got,) = collector.spans
    assert (got.name, got.kind, got.status) == ("GET /a", 2, 0)
    assert got.attributes == {"http.request.method": "GET", "http.response.status_code": 200}


def test_a_span_in_another_is_its_child_and_both_are_their_callers(tracer, collector):
    with span(tracer, "outer", parent=PARENT), span(tracer, "inner"):
        assert tracer.traceparent().split("-")[1] == PARENT.split("-")[1]
    tracer.stop()
    inner, outer = collector.spans
    assert (outer.trace, outer.parent) == tuple(PARENT.split("-")[1:3])
    assert (inner.trace, inner.parent) == (outer.trace, outer.id)


@pytest.mark.parametrize("parent", ["", "00-0-0-01", "x" * 9000, "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_what_names_no_parent_is_taken_for_none(tracer, collector, parent):
    with span(tracer, parent=parent):
        pass
    tracer.stop()
    assert collector.spans[0].parent == ""


def test_a_caller_that_is_not_sampled_is_followed(tracer, collector):
    with span(tracer, parent=PARENT[:-1] + "0"):
        assert tracer.traceparent().endswith("-00")
        assert not tracer.has_room()
    tracer.stop()
    assert not collector.spans


def test_a_failure_tells_its_class_and_nothing_that_it_says(tracer, collector):
    with pytest.raises(ValueError, match="anna"), span(tracer):
        raise ValueError("anna's row")
    tracer.stop()
    (got,) = collector.spans
    assert (got.status, got.attributes["error.type"]) == (2, "ValueError")
    assert "anna" not in got.text


def test_a_span_says_how_long_it_waited_before(tracer, collector):
    with span(tracer, waited=3.0):
        pass
    tracer.stop()
    assert 3e9 <= collector.spans[0].took_ns < 4e9


def test_a_span_has_so_many_children_and_counts_the_rest(tracer, collector):
    with span(tracer, "outer"):
        for _ in range(MOST_CHILDREN + 7):
            if tracer.has_room():
                with span(tracer, "inner"):
                    pass
    tracer.stop()
    assert [one.attributes["auren.statements.omitted"] for one in collector.spans if one.name == "outer"] == [
        7
    ]
    assert len(collector.spans) == MOST_CHILDREN + 1


def test_the_standard_variables_say_who_sends_how_much_and_with_which_headers(tracer, collector, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "ours")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=seven")
    with span(tracer):
        pass
    tracer.stop()
    resource = collector.spans[0].resource
    assert (resource["service.name"], resource["deployment.environment.name"]) == ("ours", "staging")
    assert collector.headers[0]["x-tenant"] == "seven"


def test_without_a_name_the_service_is_ours(tracer, collector):
    with span(tracer):
        pass
    tracer.stop()
    assert collector.spans[0].resource["service.name"] == "auren-admin"


def test_a_sampler_keeps_the_share_it_is_told(tracer, collector, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    with span(tracer), span(tracer):
        pass
    tracer.stop()
    assert not collector.spans
