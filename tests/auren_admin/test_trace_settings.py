"""OpenTelemetry's own variables: off without an address, and refused by name where they make no sense."""

import pytest

from auren_admin.environment import Environment, SettingError
from auren_admin.trace_settings import trace_settings, trace_url

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


def read(**variables):
    return trace_settings(Environment(variables))


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_SERVICE_NAME": "auren"},
        {**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"},
        {**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_is_traced_unless_it_is_asked_for(variables):
    assert read(**variables) is None


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_an_address_turns_it_on(name):
    found = read(**{name: "https://user:password@collector/v1/traces"})
    assert (found.take_parents, found.queue, found.batch, found.delay) == (True, 2048, 128, 5000)


def test_the_queue_may_be_smaller_than_a_batch_is_by_default():
    found = read(**ENDPOINT, OTEL_BSP_MAX_QUEUE_SIZE="50")
    assert (found.queue, found.batch) == (50, 50)


def test_callers_need_not_be_followed():
    assert not read(**ENDPOINT, OTEL_PROPAGATORS="none").take_parents


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a b"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:port"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10000"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_PROPAGATORS", "b3"),
        ("OTEL_SDK_DISABLED", "perhaps"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5s"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(SettingError) as refused:
        read(**{**ENDPOINT, name: value})
    assert refused.value.name == name


@pytest.mark.parametrize("share", ["10%", "1.5", "-1", "nan"])
def test_a_share_is_from_0_to_1(share):
    with pytest.raises(SettingError, match="0 to 1"):
        read(**ENDPOINT, OTEL_TRACES_SAMPLER="traceidratio", OTEL_TRACES_SAMPLER_ARG=share)


def test_an_address_that_is_refused_is_not_shown():
    with pytest.raises(SettingError) as refused:
        read(OTEL_EXPORTER_OTLP_ENDPOINT="grpc://user:hush@collector")
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "https://jaeger.example.org/trace/{trace_id}"])
def test_a_trace_has_a_page_where_an_address_is_given(url):
    assert trace_url(Environment({"AUREN_TRACE_URL": f" {url} "})) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://jaeger.example.org/trace/",
        "jaeger.example.org/trace/{trace_id}",
        "javascript:alert({trace_id})",
        "https://ann:hush@jaeger.example.org/trace/{trace_id}",
        "https://ann:hush/trace/{trace_id}",
    ],
)
def test_what_cannot_lead_to_a_trace_is_refused_with_a_way_out_and_not_shown(url):
    with pytest.raises(SettingError, match="such as https://jaeger.example.org/trace/{trace_id}") as refused:
        trace_url(Environment({"AUREN_TRACE_URL": url}))
    assert refused.value.name == "AUREN_TRACE_URL"
    assert "hush" not in str(refused.value)
