"""How noisy the working copy is: asked of what is stored, at once where it is little, else in the background.

A figure goes with exactly the contracts that it was worked out for, and is used again while it is fresh.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from contracts.documents.registry import Status
from contracts.findings import Finding, Level
from contracts.release import ReleaseDocument
from contracts.release_pieces import ReleasePieces
from contracts.rules.alerts import NOISE_UNKNOWN
from contracts.watching import Watching
from contracts.yamltree import paused_gc
from jobs.models import Job
from jobs.runner import run_job
from jobs.services import enqueue
from observability.alerting import AlertingMode, alerting_of
from observability.noise import KpiNoise, NoiseTally, noise_findings, noise_of
from telemetry.backtest.questions import DAY, USUAL_DAYS, Question, in_document
from telemetry.backtest.running import Progress, is_quick, no_progress, run
from telemetry.ingest import clock
from telemetry.models import Series

KIND: Final = "noise"
PERIOD: Final = 600 * 1_000_000
"""Microseconds for which a figure is as good as new."""
FRESH: Final = DAY // 4
"""Microseconds for which it is used where working it out anew would take long."""
MOST_CONTRACTS: Final = 200
"""What agents watch, at most, that one figure looks at."""
MOST_VALUES: Final = 500_000
"""Values of each that it looks at: a few seconds. People beyond are left out, and counted."""
_DIGITS: Final = 40


@dataclass(frozen=True)
class Asked:
    """The contracts that alert anybody: those of which anything is stored, as questions, and how many there are
    besides."""

    questions: list[Question]
    shares: dict[str, str]
    """By KPI, the share of people that a cohort alerts beyond."""
    silent: int
    """Contracts of which nothing is stored."""
    beyond: int
    """Contracts that are too many to be looked at."""

    @cached_property
    def digest(self) -> str:
        """Of the contracts, whenever they are asked about."""
        asked = [question.as_data() | {"since": 0, "until": 0} for question in self.questions]
        text = json.dumps([asked, self.shares], sort_keys=True)
        return sha256(text.encode()).hexdigest()[:_DIGITS]

    def answers(self, progress: Progress = no_progress) -> list[dict[str, Any]]:
        """What the backtest says, now."""
        return list(answered(self.questions, self.shares, progress)["answers"])


def answered(
    questions: Sequence[Question], shares: Mapping[str, str], progress: Progress = no_progress
) -> dict[str, Any]:
    """What the backtest says, as a job keeps it."""
    return run(questions, progress, MOST_VALUES, lambda one: NoiseTally(float(shares[one.kpi])))


@dataclass(frozen=True, slots=True)
class Figure:
    """What is known of the noise of a document; ``noise`` is None where it is not known, or not yet."""

    asked: Asked
    noise: list[KpiNoise] | None = None
    job: Job | None = None

    @property
    def is_silent(self) -> bool:
        """Whether nothing was measured that could tell."""
        measured = self.noise is None or any(one.people for one in self.noise)
        return not self.asked.questions or not measured

    @property
    def is_working(self) -> bool:
        """Whether it is being worked out."""
        return self.job is not None and not self.job.is_over

    @property
    def over(self) -> list[KpiNoise]:
        """The KPIs that would alert more often than they may, the loudest first."""
        return [one for one in self.noise or () if one.is_over]


def figure_of(document: ReleaseDocument | ReleasePieces) -> Figure:
    """The noise of a document over the last days; a job that works it out, where that would take long.

    A job is left in any case, as the memory of this figure, whatever becomes of what it is asked for: also of a plan,
    and of a publish that is refused. It holds no more than the plan shows to everybody who may publish, names nobody,
    and is one per document and ten minutes, however often somebody asks.
    """
    now = clock()
    asked = ask(document, now)
    if not asked.questions:
        return Figure(asked)
    kept = list(Job.objects.filter(kind=KIND, key__startswith=f"{asked.digest} ").order_by("-pk")[:5])
    done = next(
        (job for job in kept if job.state == Job.State.DONE and now - _slot(job) * PERIOD < FRESH), None
    )
    open_ = next((job for job in kept if not job.is_over), None)
    quick = (done is None or _slot(done) != now // PERIOD) and is_quick(asked.questions)
    job = done if done and not quick else open_
    if job is None or (quick and job.state == Job.State.QUEUED):
        job = job or _enqueue(asked, now)
        if job.state == Job.State.QUEUED and quick:
            run_job(job.pk)
            job.refresh_from_db()
    found = noise_of(document, job.result["answers"]) if job.state == Job.State.DONE and job.result else None
    return Figure(asked, found, job)


def _enqueue(asked: Asked, now: int) -> Job:
    questions = [question.as_data() for question in asked.questions]
    key = f"{asked.digest} {now // PERIOD}"
    return enqueue(kind=KIND, key=key, payload={"questions": questions, "shares": asked.shares})


def _slot(job: Job) -> int:
    return int(job.key.rpartition(" ")[2])


def ask(document: ReleaseDocument | ReleasePieces, now: int, days: int = USUAL_DAYS) -> Asked:
    """What a document's contracts are to be asked about the days before ``now``; one query."""
    with paused_gc():
        wanted = list(alerting_contracts(document))
    stored = set(Series.objects.order_by().values_list("agent", "kpi").distinct()) if wanted else set()
    watching = Watching(document)
    known = [one for one in wanted if one in stored]
    since = now - days * DAY
    questions = [
        Question(kpi, agent, since, now, None, binding)
        for agent, kpi in known[:MOST_CONTRACTS]
        if (binding := in_document(watching, kpi, agent)) and binding.triggers
    ]
    shares: dict[str, Decimal] = {
        kpi.name: alerting_of(kpi, document.registry).share_percent for kpi in document.kpis.values()
    }
    return Asked(
        questions,
        {one.kpi: str(shares[one.kpi]) for one in questions},
        silent=len(wanted) - len(known),
        beyond=len(known[MOST_CONTRACTS:]),
    )


def alerting_contracts(document: ReleaseDocument | ReleasePieces) -> Iterator[tuple[str, str]]:
    """Agent and KPI of every binding that may alert somebody, in the roster's order."""
    alerting = {
        kpi.name
        for kpi in document.kpis.values()
        if kpi.status is Status.ACTIVE and alerting_of(kpi, document.registry).mode is not AlertingMode.NONE
    }
    keys = document.keys
    for agent, entry in document.roster.agents.items():
        if entry.enabled:
            yield from ((agent, key) for key in keys.get(agent, ()) if key in alerting)


def check(read: Callable[[], ReleaseDocument | ReleasePieces]) -> Iterator[Finding]:
    """What is said of a document that is about to be published; nothing, where nothing was ever measured."""
    if not Series.objects.exists():
        return
    document = read()
    figure = figure_of(document)
    if figure.is_working:
        yield Finding(
            NOISE_UNKNOWN,
            Level.NOTE,
            (),
            "How often this would alert is not known yet. The stored values are still being evaluated in the "
            "background.",
            "Wait for it if the noise matters; publishing does not.",
        )
    yield from noise_findings(document, figure.noise or (), USUAL_DAYS)
