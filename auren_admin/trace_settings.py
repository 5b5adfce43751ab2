"""Whether requests and jobs are traced: by OpenTelemetry's own variables, of which the SDK reads most by itself.

They are checked here all the same: the SDK takes its default where one makes no sense, and says so in a log at most.
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from auren_admin.environment import WEB_SCHEMES, WHITE, Environment, SettingError
from contracts.web_addresses import web_template

OTLP = "OTEL_EXPORTER_OTLP_"
_SAMPLERS = ("always_on", "always_off", "traceidratio")
SAMPLERS = (*_SAMPLERS, *(f"parentbased_{name}" for name in _SAMPLERS))
PROPAGATORS = frozenset({"tracecontext", "baggage", "none"})
LONGEST_TIMEOUT = 60
"""Seconds. The specification has milliseconds here, so whoever follows that is told."""

TRACE_ID = "{trace_id}"
"""Where the id of a trace goes in the address of its page."""

BATCH = 128
"""Spans sent at once; while they are put into bytes a request may wait. The specification has 512."""


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """What the SDK does not read by itself: whether a request's span is the child of the one that its caller names,
    how many spans may wait, how many are sent at once, and after how many milliseconds."""

    take_parents: bool
    queue: int
    batch: int
    delay: int


def trace_settings(env: Environment) -> TraceSettings | None:
    """What to do about traces; None where nobody wants any. Raises `SettingError`."""
    endpoints = [_address(env, f"{OTLP}{which}ENDPOINT") for which in ("", "TRACES_")]
    for which in ("", "TRACES_"):
        env.choice(f"{OTLP}{which}PROTOCOL", ("http/protobuf",), "http/protobuf")
        env.whole(f"{OTLP}{which}TIMEOUT", 10, low=1, high=LONGEST_TIMEOUT)
        env.text(f"{OTLP}{which}HEADERS")
    sampler = env.choice("OTEL_TRACES_SAMPLER", SAMPLERS, "parentbased_always_on")
    if "ratio" in sampler:
        _share(env, "OTEL_TRACES_SAMPLER_ARG")
    for name in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER_ARG"):
        env.text(name)
    propagators = set(env.text("OTEL_PROPAGATORS", "tracecontext,baggage").replace(" ", "").split(","))
    if not propagators <= PROPAGATORS:
        raise SettingError("OTEL_PROPAGATORS", ",".join(sorted(propagators)), "tracecontext or none")
    queue = env.whole("OTEL_BSP_MAX_QUEUE_SIZE", 2048, low=1, high=100_000)
    batch = env.whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", min(BATCH, queue), low=1, high=queue)
    delay = env.whole("OTEL_BSP_SCHEDULE_DELAY", 5000, low=1, high=60_000)
    is_wanted = env.choice("OTEL_TRACES_EXPORTER", ("otlp", "none"), "otlp") == "otlp"
    if env.flag("OTEL_SDK_DISABLED", default=False) or not is_wanted or not any(endpoints):
        return None
    return TraceSettings("tracecontext" in propagators, queue, batch, delay)


def trace_url(env: Environment) -> str:
    """The address at which people look at a trace, with a place for its id, or nothing. It is never shown in an error:
    it may hold a password that nobody meant to be there. Raises `SettingError`."""
    name = "AUREN_TRACE_URL"
    url = env.text(name)
    try:
        return web_template(url, TRACE_ID)
    except ValueError as error:
        expected = f"an address such as https://jaeger.example.org/trace/{TRACE_ID} ({error})"
        raise SettingError(name, None, expected) from error


def _address(env: Environment, name: str) -> str:
    """Where the collector is. It may hold a password, so an error does not show it."""
    url = env.text(name)
    expected = "the collector's address, such as http://127.0.0.1:4318"
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_place = False
    if url and (url.partition("://")[0] not in WEB_SCHEMES or not has_place or WHITE.search(url)):
        raise SettingError(name, None, expected)
    return url


def _share(env: Environment, name: str) -> None:
    """Refuse what is no share of traces, a number from 0 to 1."""
    value = env.text(name, "1")
    try:
        is_share = 0 <= float(value) <= 1
    except ValueError:
        is_share = False
    if not is_share:
        raise SettingError(name, value, "the share of traces to keep, from 0 to 1, such as 0.1")
