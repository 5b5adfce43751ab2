"""What each alert rule asks of Prometheus, so that it fires when the evaluator says so (docs/alerts.md).

Everything is asked per series, which is what one source measures of one person: ``job`` and ``instance`` are dropped,
so that neither a second server nor a moved one begins an episode anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.conditions import Condition
from contracts.decimals import plain
from contracts.durations import Duration
from contracts.evaluation.memory import SECOND
from contracts.evaluation.sources import USUAL_SILENCE
from contracts.severity import Severity
from observability.alerting import Alerting, AlertingMode
from observability.promql import selector

LAST_OBSERVATION: Final = "auren_series_last_observation_timestamp_seconds"
OPEN_SEVERITY: Final = "auren_binding_open_severity"
STATE: Final = "auren_binding_state"
OPEN_PEOPLE: Final = "auren_binding_open_people"
PEOPLE: Final = "auren_binding_people"
PATIENCE_SECONDS: Final = USUAL_SILENCE // SECOND
"""After how long a source that another one outlives stops counting, where the KPI sets no ``missing_data``."""
_SERIES: Final = "max by (agent, measurement_source, user_id)"
_SERIES_SUM: Final = "sum by (agent, measurement_source, user_id)"
_PERSON: Final = "max by (agent, kpi, user_id)"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is asked about: one KPI as one agent watches it. ``missing`` is ``missing_data`` in seconds, 0 for none."""

    agent: str
    kpi: str
    metric: str
    missing: int
    alerting: Alerting

    @property
    def values(self) -> str:
        """The latest value of each series."""
        return f"{_SERIES} ({selector(self.metric, agent=self.agent)})"

    @property
    def observed(self) -> str:
        """When each series was last measured, which stays to be seen while it is silent."""
        return f"{_SERIES} ({selector(LAST_OBSERVATION, agent=self.agent, kpi=self.kpi)})"

    @property
    def heard(self) -> str:
        """When each person was last measured, by whichever source."""
        return f"max by (agent, user_id) ({selector(LAST_OBSERVATION, agent=self.agent, kpi=self.kpi)})"

    def mean(self, window: Duration) -> str:
        """The mean of each series over the window before now: of all samples, whichever server they came from."""
        samples = f"{selector(self.metric, agent=self.agent)}[{window}] offset 1s"
        return f"({_SERIES_SUM} (sum_over_time({samples})) / {_SERIES_SUM} (count_over_time({samples})))"

    def of_people(self, metric: str) -> str:
        """A metric of the binding, by person."""
        return f"{_PERSON} ({selector(metric, agent=self.agent, kpi=self.kpi)})"


def threshold_query(
    watched: Watched, alert: str, severity: Severity, condition: Condition, recovery: Condition | None
) -> str:
    """The series that a trigger is about: its condition holds, or it did and nothing has ended it since.

    A series that is silent has the value NaN.
    """
    labels = {"agent": watched.agent, "kpi": watched.kpi, "severity": str(severity)}
    alerts = selector("ALERTS", alertname=alert, alertstate="firing", **labels)
    firing = f"{_SERIES} ({alerts})"
    parts = [condition_query(condition, watched)]
    if recovery is not None:
        parts.append(f"(({watched.values} and {firing}) unless {condition_query(recovery, watched)})")
    parts.append(f"(NaN * ({firing} unless {watched.values}))")
    return _limited_to_people("\nor\n".join(parts), watched, outlived_query(watched))


def condition_query(condition: Condition, watched: Watched) -> str:
    """The series for which a condition holds, with their values."""
    return condition.to_promql(watched.values, watched.mean)


def outlived_query(watched: Watched) -> str:
    """The series that do not count, because another source of the same person was heard long enough after them."""
    patience = watched.missing or PATIENCE_SECONDS
    return f"(({watched.observed} + {patience}) <= on (agent, user_id) group_left () {watched.heard})"


def state_query(watched: Watched, severity: Severity) -> str:
    """The people who have an episode open of exactly this severity, as the server says."""
    found = f"({watched.of_people(OPEN_SEVERITY)} == {severity.rank + 1})"
    return _limited_to_people(found, watched, "")


def missing_data_query(watched: Watched) -> str:
    """The age in seconds of series whose person is not heard of any more by any source, while values are expected."""
    expected = f"((time() - {watched.observed}) <= {expected_seconds(watched.missing)})"
    unheard = f"and on (agent, user_id) ((time() - {watched.heard}) >= {watched.missing})"
    return _limited_to_people(f"{expected}\n{unheard}", watched, outlived_query(watched))


def expected_seconds(missing: int) -> int:
    """For how long after its last value more are expected of a series."""
    return max(PATIENCE_SECONDS, 3 * missing)


def cohort_query(watched: Watched, severity: Severity) -> str:
    """The share of people, in per cent, with an episode of at least this severity, where it is above the bound.

    Where people are not told apart (``AUREN_SUBJECT_LABEL=off``), the server has counted them.
    """
    labels = {"agent": watched.agent, "kpi": watched.kpi}
    severities = "|".join(one for one in Severity if one >= severity)
    counted = selector(OPEN_PEOPLE, **labels)[:-1] + f',severity=~"{severities}"}}'
    opened = f"count by (agent, kpi) ({watched.of_people(OPEN_SEVERITY)} >= {severity.rank + 1})"
    everybody = f"count by (agent, kpi) ({watched.of_people(STATE)})"
    return _limited_to_cohorts(
        f"({opened} or sum by (agent, kpi) ({counted}))",
        f"({everybody} or sum by (agent, kpi) ({selector(PEOPLE, **labels)}))",
        watched,
    )


def missing_data_cohort_query(watched: Watched) -> str:
    """The share of the people of whom values are expected, in per cent, who are not heard of, where it is above the
    bound."""
    age = f"(time() - {watched.heard})"
    expected = f"({age} <= {expected_seconds(watched.missing)})"
    return _limited_to_cohorts(
        f"count by (agent) ({expected} >= {watched.missing})", f"count by (agent) {expected}", watched
    )


def _limited_to_cohorts(some: str, everybody: str, watched: Watched) -> str:
    """One as a share of the other, and in ``auto`` only where there are too many people for alerts of their own."""
    alerting = watched.alerting
    share = f"((100 * {some}\n/\n{everybody}) > {plain(alerting.share_percent)})"
    if alerting.mode is AlertingMode.AUTO:
        return f"{share}\nunless on () ({people_query(watched)} <= {alerting.people})"
    return share


def _limited_to_people(query: str, watched: Watched, outlived: str) -> str:
    """Without the series that do not count and, in ``auto``, without anybody once there are too many people.

    What is not known leaves the alert standing: a metric that is missing must not silence it.
    """
    clauses = [f"unless {outlived}"] if outlived else []
    if watched.alerting.mode is AlertingMode.AUTO:
        clauses.append(f"unless on () ({people_query(watched)} > {watched.alerting.people})")
    return "\n".join([f"(\n{query}\n)", *clauses]) if clauses else query


def people_query(watched: Watched) -> str:
    """How many people the agent watches the KPI of."""
    return f"count(count by (user_id) ({selector(STATE, agent=watched.agent, kpi=watched.kpi)}))"
