"""Scrapes of what the tests reported, as Prometheus reads them."""

from typing import Any

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest as generate_open
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_text

from contracts.evaluation import SECOND, micros
from telemetry import contracts_now
from telemetry.exposition.samples import LAST_OBSERVATION, OPEN, STATE
from telemetry.exposition.scrape import _Listed, scrape
from telemetry.models import Series, Standing
from telemetry.subjects import label
from tests.telemetry.samples import NOW

VALUE = "auren_hrv_rmssd_ms"
Found = dict[str, dict[tuple[str, ...], float]]


def text(now: Any = NOW, *, is_open: bool = False, **parts: bool) -> str:
    """All that is scraped."""
    return b"".join(scrape(micros(now), is_open=is_open, **({"process": False} | parts))).decode()


def read(scraped: str, *, is_open: bool = False) -> Found:
    """Samples by name, and by the values of their labels in the order of the labels' names."""
    found: Found = {}
    for family in (read_open if is_open else read_text)(scraped):
        for sample in family.samples:
            key = tuple(value for _, value in sorted(sample.labels.items()))
            samples = found.setdefault(sample.name, {})
            assert key not in samples, f"{sample.name}{key} is there twice"
            samples[key] = sample.value
    return found


def scraped(now: Any = NOW, **parts: bool) -> Found:
    return read(text(now, **parts))


def values(now: Any = NOW, metric: str = VALUE) -> dict[str, float]:
    """By what people are called."""
    return {key[-1]: value for key, value in scraped(now).get(metric, {}).items()}


def as_the_library_has_it(*, is_open: bool = False) -> list[str]:
    """The series and states that are stored, by prometheus_client; nothing is held, everything is rendered."""
    released = contracts_now.current()
    labels = ("agent", "kpi", "measurement_source", "user_id")
    stamps = GaugeMetricFamily(LAST_OBSERVATION, "When a series was measured last.", labels=labels)
    families: dict[str, GaugeMetricFamily] = {}
    for one in Series.objects.order_by("kpi", "pk").select_related("subject"):
        who, kpi = label(one.subject.user_id), released.kpis[one.kpi]
        about = f"{kpi.title}, in {kpi.unit}."
        family = families.setdefault(
            kpi.prometheus_metric,
            GaugeMetricFamily(kpi.prometheus_metric, about, labels=(labels[0], *labels[2:])),
        )
        family.add_metric((one.agent, one.source, who), one.value)
        stamps.add_metric((one.agent, one.kpi, one.source, who), one.at / SECOND)
    about = "Where a binding stands for a person: 0 normal, 1 info, 2 warning, 3 critical, -1 unknown."
    states = GaugeMetricFamily(STATE, about, labels=("agent", "kpi", "user_id"))
    about = "The severity of a binding's open episode for a person, through silence: 1 info to 3 critical, 0 none."
    opened = GaugeMetricFamily(OPEN, about, labels=("agent", "kpi", "user_id"))
    for standing in (
        Standing.objects.filter(changed__gt=0).order_by("kpi", "agent", "pk").select_related("subject")
    ):
        whose = standing.agent, standing.kpi, label(standing.subject.user_id)
        states.add_metric(whose, standing.state)
        opened.add_metric(whose, standing.open_severity)
    all_of_them = [families[name] for name in sorted(families)]
    write = generate_open if is_open else generate_latest
    rendered: bytes = write(_Listed([*all_of_them, stamps, states, opened]))
    return rendered.decode().removesuffix("# EOF\n").splitlines()
