"""Noise: how many alerts a person would have had a week, by the definitions as they are edited now.

The backtest evaluates what is stored; here its courses become alerts. One by one, each episode at a severity or a worse
one is an alert of that severity, unless a worse one mutes it for the whole of its time. As a cohort, it is each time
that the share of people beyond the bound is exceeded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from contracts.decimals import plain
from contracts.documents import KpiDocument, RegistryDocument
from contracts.evaluation import SECOND
from contracts.findings import Finding, Level
from contracts.release import ReleaseDocument
from contracts.release_pieces import ReleasePieces
from contracts.releasefiles import REGISTRY_PATH
from contracts.rules.alerts import NOISE
from contracts.rules.words import listed
from contracts.severity import Severity
from observability.alerting import AlertingMode, alerting_of, noise_budget_of
from telemetry.backtest.episodes import Course

WEEK: Final = 7 * 86_400
"""Seconds."""
LEAST: Final = 1.0
"""Person-weeks below which nothing can be said: one alert in an hour is not 168 a week."""


@dataclass(slots=True)
class NoiseTally:
    """Everybody's episodes by one contract, for both ways to alert. Nobody is named."""

    share: float
    people: int = 0
    observations: int = 0
    time: int = 0
    episodes: Counter[str] = field(default_factory=Counter)
    affected: Counter[str] = field(default_factory=Counter)
    opened: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, subject: int, before: Course | None, after: Course | None, observations: int) -> None:
        """One more person."""
        self.people += 1
        self.observations += observations
        if after is None:
            return
        self.time += sum(after.times.values())
        muted: set[tuple[int, int]] = set()
        for severity, reached in after.reached.items():  # the worst first
            if reached.episodes:
                spans = set(zip(reached.spans[::2], reached.spans[1::2], strict=True))
                self.episodes[severity] += len(spans - muted)
                self.affected[severity] += bool(spans - muted)
                muted = spans
                opened = self.opened.setdefault(severity, Counter())
                opened.update(reached.spans[::2])
                opened.subtract(reached.spans[1::2])

    def as_data(self) -> dict[str, Any]:
        """As JSON, as a backtest's answer."""
        return {
            "people": self.people,
            "observations": self.observations,
            "seconds": self.time // SECOND,
            "severities": {
                word: {
                    "episodes": self.episodes[word],
                    "people": self.affected[word],
                    "cohort": crossings(opened, self.people, self.share),
                }
                for word, opened in self.opened.items()
            },
            "who": [],
        }


def crossings(opened: Mapping[int, int], people: int, share: float) -> int:
    """How often more than ``share`` per cent of ``people`` begin to have an episode open at once. ``opened`` is by
    how many that number grows, or shrinks, at a moment."""
    found, now, was_beyond = 0, 0, False
    for at in sorted(opened):
        now += opened[at]
        is_beyond = 100 * now > share * people
        found += is_beyond and not was_beyond
        was_beyond = is_beyond
    return found


@dataclass(frozen=True, slots=True)
class TriggerNoise:
    """What one trigger would have raised."""

    agent: str
    severity: Severity
    conditions: str
    alerts: int
    people: int
    rate: float
    """Alerts per person per week."""


@dataclass(frozen=True, slots=True)
class KpiNoise:
    """What a KPI would have raised, by all agents that watch it, against what it may raise."""

    kpi: str
    mode: AlertingMode
    budget: Decimal
    people: int
    weeks: float
    """Person-weeks, of the agent that watches longest."""
    left_out: int
    triggers: tuple[TriggerNoise, ...]

    @property
    def rate(self) -> float:
        """Alerts per person per week, of all triggers together."""
        return sum(one.rate for one in self.triggers)

    @property
    def alerts(self) -> int:
        """Alerts of all triggers together."""
        return sum(one.alerts for one in self.triggers)

    @property
    def is_known(self) -> bool:
        """Whether people were watched for long enough to say anything."""
        return self.weeks >= LEAST

    @property
    def is_over(self) -> bool:
        """Whether it would alert more often than it may."""
        return self.is_known and self.rate > self.budget


def noise_of(
    document: ReleaseDocument | ReleasePieces, answers: Iterable[Mapping[str, Any]]
) -> list[KpiNoise]:
    """The noise of every KPI that there is an answer about, the loudest in view of its budget first."""
    by_kpi: dict[str, list[Mapping[str, Any]]] = {}
    for answer in answers:
        by_kpi.setdefault(answer["kpi"], []).append(answer)
    found = [
        _of_kpi(kpi, document.registry, by_kpi[kpi.name])
        for kpi in document.kpis.values()
        if kpi.name in by_kpi
    ]
    return sorted(found, key=lambda one: (-one.rate / float(one.budget), one.kpi))


def _of_kpi(kpi: KpiDocument, registry: RegistryDocument, answers: Sequence[Mapping[str, Any]]) -> KpiNoise:
    alerting = alerting_of(kpi, registry)
    most = max(answers, key=lambda one: int(one["people"]) + int(one["left_out"]))
    people = most["people"] + most["left_out"]
    return KpiNoise(
        kpi=kpi.name,
        mode=alerting.mode_for(people),
        budget=noise_budget_of(kpi, registry),
        people=people,
        weeks=max(one["seconds"] for one in answers) / WEEK,
        left_out=most["left_out"],
        triggers=tuple(
            trigger
            for one in answers
            for trigger in _of_agent(one, alerting.mode_for(one["people"] + one["left_out"]))
        ),
    )


def _of_agent(answer: Mapping[str, Any], mode: AlertingMode) -> Iterator[TriggerNoise]:
    """Each severity that the agent's contract has a condition for, the worst first."""
    conditions: dict[Severity, list[str]] = {}
    for one in answer["conditions"]["after"] or ():
        conditions.setdefault(Severity(one["severity"]), []).append(one["condition"])
    weeks = answer["seconds"] / WEEK
    for severity in sorted(conditions, key=lambda one: -one.rank):
        reached = answer["severities"].get(severity.value, {"episodes": 0, "people": 0, "cohort": 0})
        alerts = {AlertingMode.COHORT: reached["cohort"], AlertingMode.NONE: 0}.get(mode, reached["episodes"])
        yield TriggerNoise(
            agent=answer["agent"],
            severity=severity,
            conditions=" or ".join(conditions[severity]),
            alerts=alerts,
            people=reached["people"],
            rate=alerts / weeks if weeks >= LEAST else 0.0,
        )


def noise_findings(
    document: ReleaseDocument | ReleasePieces, noise: Iterable[KpiNoise], days: int
) -> Iterator[Finding]:
    """A warning for each KPI that would alert more often than it may."""
    places = {name: place for place, name in enumerate(document.kpis)}
    for one in noise:
        if one.is_over:
            agents = dict.fromkeys(trigger.agent for trigger in one.triggers if trigger.alerts)
            yield Finding(
                NOISE,
                Level.WARNING,
                ("kpis", places[one.kpi], "alerts", "noise_budget"),
                f"It would alert more often than its noise budget allows. Over the last {days} days it would have "
                f"raised {alerts_words(one.rate)} per person per week by {listed(agents, 'and')}; "
                f"the budget is {plain(one.budget)}.",
                "Have a condition hold for longer (for), end later (recover_if) or be met less often; alert as a "
                "cohort; or allow more (alerts: noise_budget).",
                one.kpi,
                REGISTRY_PATH.as_posix(),
            )


def rate_words(rate: float) -> str:
    """A rate with two digits that count: 0.034, 1.3, 12."""
    if rate >= 10:
        return f"{rate:,.0f}"
    return f"{rate:.2g}" if rate else "0"


def alerts_words(rate: float) -> str:
    """``1 alert``, ``3.5 alerts``."""
    words = rate_words(rate)
    return f"{words} alert{'' if words == '1' else 's'}"


def mode_words(mode: AlertingMode) -> str:
    """How alerts are counted: each person by themselves, or everybody together."""
    return "as a cohort" if mode is AlertingMode.COHORT else "one by one"
