"""Families with few samples: rendered by `prometheus_client`, read from the database at every scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.db.models import Max
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from bindings.models import ApiToken
from bindings.models.report import ValidationReport
from contracts.conditions import ConditionError, parse
from contracts.findings import Level
from contracts.watched import Definition, WatchedThreshold, WatchedTrigger
from jobs.models import Job
from releases.models import Channel, Following
from releases.models.channel import PRODUCTION
from telemetry.contracts_now import Released
from telemetry.exposition.reading import Question, data, timestamp
from telemetry.models import Standing, Tally

MORE: Final[list[Callable[[], Iterable[Metric]]]] = []
"""Families of those who know of this package, not the other way round."""
_TALLIES = Question(
    lambda: Tally.objects.order_by("agent", "kpi", "what").values_list(
        "name", "agent", "kpi", "what", "count"
    )
)
_CHANNELS = Question(lambda: Channel.objects.values_list("name", "release__number", "release__digest"))
_FOLLOWING = Question(lambda: Following.objects.values_list("agent__name", "channel__name"))
_REPORT = Question(lambda: ValidationReport.objects.values_list("counts")[:1])
_USED = Question(
    lambda: (
        ApiToken.objects.filter(agent__isnull=False, last_used__isnull=False)
        .order_by("agent__name")
        .values_list("agent__name")
        .annotate(Max("last_used"))
    )
)
_DONE = Question(
    lambda: (
        Job.objects.filter(state=Job.State.DONE, finished_at__isnull=False)
        .order_by("kind")
        .values_list("kind")
        .annotate(Max("finished_at"))
    )
)
STATES: Final = {str(value): str(label) for value, label in Standing.State.choices}


def contract_families(released: Released) -> Iterator[Metric]:
    """What a release says, which is the same until the next one."""
    info = InfoMetricFamily("auren_kpi", "A KPI that is released.")
    threshold = GaugeMetricFamily(
        "auren_kpi_threshold",
        "Where a severity of a KPI begins or ends: it holds below the bound upper, and above the bound lower.",
        labels=("kpi", "severity", "bound"),
    )
    for name, kpi in sorted(released.kpis.items()):
        info.add_metric((), _kpi(kpi))
        for severity, bound, value in bounds(kpi.thresholds):
            threshold.add_metric((name, severity, bound), value)
    yield info
    yield threshold
    yield _acted_on(released)


def _acted_on(released: Released) -> Metric:
    """Of each binding that is evaluated: its own triggers, or the KPI's thresholds where it has none."""
    family = GaugeMetricFamily(
        "auren_binding_threshold",
        "Where an agent begins or ceases to act: below the bound upper, and above the bound lower.",
        labels=("agent", "kpi", "severity", "bound"),
    )
    for (agent, kpi), watched in sorted(released.watched.items()):
        if watched.evaluator is not None:
            for severity, bound, value in bounds(watched.binding.triggers):
                family.add_metric((agent, kpi, severity, bound), value)
    return family


def _kpi(kpi: Definition) -> dict[str, str]:
    return {
        "kpi": kpi.name,
        "metric": kpi.prometheus_metric,
        "status": kpi.status,
        "title": kpi.title,
        "unit": kpi.unit,
    }


def bounds(thresholds: Iterable[WatchedThreshold | WatchedTrigger]) -> Iterator[tuple[str, str, float]]:
    """Severity, bound and number of every end that a threshold or trigger has: ``upper`` of `< 20` is 20.

    A second one of the same kind, as `< 20 or 80..90` has, is called ``upper_2``.
    """
    places: Counter[tuple[str, str]] = Counter()
    for threshold in thresholds:
        try:
            intervals = list(parse(threshold.condition).values)
        except ConditionError:  # kept, though it is not supported
            continue
        severity = str(threshold.severity)
        for bound, ends in (
            ("lower", [one.low for one in intervals]),
            ("upper", [one.high for one in intervals]),
        ):
            for end in ends:
                if end is not None:
                    places[severity, bound] += 1
                    place = places[severity, bound]
                    yield severity, bound if place == 1 else f"{bound}_{place}", float(end)


def live_families(released: Released) -> Iterator[Metric]:
    """What happened, and how things are."""
    yield from _counts()
    yield from _releases(released)
    yield _findings()
    yield _last_seen()
    yield _jobs()
    for more in MORE:
        yield from more()


def _counts() -> Iterator[Metric]:
    observations = CounterMetricFamily(
        "auren_observations", "Observations that were reported, by what became of them.",
        labels=("agent", "kpi", "result"),
    )  # fmt: skip
    transitions = CounterMetricFamily(
        "auren_transitions", "Changes of a binding's state.", labels=("agent", "kpi", "from", "to")
    )
    for name, agent, kpi, what, count in _TALLIES.rows():
        if name == "observations":
            observations.add_metric((agent, kpi, what), count)
        elif name == "transitions":
            before, _, after = what.partition(">")
            transitions.add_metric((agent, kpi, STATES.get(before, before), STATES.get(after, after)), count)
    yield observations
    yield transitions


def _releases(released: Released) -> Iterator[Metric]:
    info = InfoMetricFamily("auren_release", "The release that a channel is on.")
    numbers: dict[str, int] = {}
    for channel, number, digest in _CHANNELS.rows():
        if number is not None:
            numbers[channel] = number
            info.add_metric((), {"channel": channel, "digest": digest, "release": str(number)})
    yield info
    following: dict[str, str] = dict(_FOLLOWING.rows())
    agents = GaugeMetricFamily("auren_agent_release", "The release that an agent gets.", labels=("agent",))
    for agent in sorted(released.agents):
        if number := numbers.get(following.get(agent, PRODUCTION)):
            agents.add_metric((agent,), number)
    yield agents


def _findings() -> Metric:
    family = GaugeMetricFamily(
        "auren_validation_findings", "What the last validation report found.", labels=("level",)
    )
    for (counts,) in _REPORT.rows():
        found = data(counts)
        for level in sorted(Level, key=lambda one: -one.rank):
            family.add_metric((str(level),), found.get(str(level), 0))
    return family


def _last_seen() -> Metric:
    family = GaugeMetricFamily(
        "auren_agent_last_seen_timestamp_seconds",
        "When a token of the agent was used last, to the minute.",
        labels=("agent",),
    )
    for agent, at in _USED.rows():
        family.add_metric((agent,), timestamp(at))
    return family


def _jobs() -> Metric:
    family = GaugeMetricFamily(
        "auren_job_last_success_timestamp_seconds",
        "When a background job of this kind was done last.",
        labels=("job",),
    )
    for kind, at in _DONE.rows():
        family.add_metric((kind,), timestamp(at))
    return family
