"""What is forwarded: the latest value of a series, the state of a binding and its open severity, each at its moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from contracts.evaluation import SECOND
from telemetry import subjects
from telemetry.contracts_now import Released
from telemetry.exposition.samples import OPEN, STATE
from telemetry.exposition.shown import Shown, shown_by
from telemetry.models import Series, Standing

MILLISECOND: Final = SECOND // 1000

Row = tuple[Any, ...]


class Sample(NamedTuple):
    """One value of one series. ``at`` is in milliseconds."""

    metric: str
    labels: Mapping[str, str]
    value: float
    at: int


@dataclass(frozen=True, slots=True)
class Contract:
    """What is released, and under which metric each KPI is shown."""

    released: Released
    shown: Mapping[str, Shown]

    @classmethod
    def of(cls, released: Released) -> Contract:
        """By a release."""
        return cls(released, shown_by(released))


@dataclass(frozen=True, slots=True)
class Feed:
    """Rows that carry the number of their last change, first of all, and what each says; None where it is not told."""

    name: str
    rows: Callable[[], QuerySet[Any, Any]]
    sample: Callable[[Row, Contract], Sample | None]


def _series() -> QuerySet[Any, Any]:
    columns = ("changed", "pk", "at", "value", "kpi", "agent", "source", "subject__user_id")
    return Series.objects.values_list(*columns)


def _value(row: Row, contract: Contract) -> Sample | None:
    _, _, at, value, kpi, agent, source, user_id = row
    shown = contract.shown.get(kpi)
    if shown is None or not shown.metric:
        return None
    labels = {"agent": agent, "measurement_source": source, "user_id": subjects.label(user_id)}
    return Sample(shown.metric, labels, value, at // MILLISECOND)


def _standings() -> QuerySet[Any, Any]:
    columns = ("changed", "pk", "since", "state", "kpi", "agent", "subject__user_id")
    return Standing.objects.filter(since__isnull=False).values_list(*columns)


def _state(row: Row, contract: Contract) -> Sample | None:
    _, _, since, state, kpi, agent, user_id = row
    if not _is_watched(contract, agent, kpi):
        return None
    labels = {"agent": agent, "kpi": kpi, "user_id": subjects.label(user_id)}
    return Sample(STATE, labels, float(state), since // MILLISECOND)


def _open_severities() -> QuerySet[Any, Any]:
    columns = (
        "changed",
        "pk",
        "since",
        "heard",
        "looked",
        "open_severity",
        "kpi",
        "agent",
        "subject__user_id",
    )
    return Standing.objects.filter(since__isnull=False).values_list(*columns)


def _open_severity(row: Row, contract: Contract) -> Sample | None:
    """At the moment it was judged last: an episode ends without another state too, as by a contract without it."""
    _, _, since, heard, looked, severity, kpi, agent, user_id = row
    if not _is_watched(contract, agent, kpi):
        return None
    at = max(since, heard or since, looked or since)
    labels = {"agent": agent, "kpi": kpi, "user_id": subjects.label(user_id)}
    return Sample(OPEN, labels, float(severity), at // MILLISECOND)


def _is_watched(contract: Contract, agent: str, kpi: str) -> bool:
    watched = contract.released.binding(agent, kpi)
    return watched is not None and watched.evaluator is not None


FEEDS: Final = (
    Feed("values", _series, _value),
    Feed("states", _standings, _state),
    Feed("open", _open_severities, _open_severity),
)
