"""Backtests of somebody who is erased: what was found of them goes, and nothing that ran meanwhile brings it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import transaction

from jobs.kinds import JobRun
from jobs.models import Job
from telemetry import erasure
from telemetry.backtest.running import KIND
from telemetry.models import Erasure, Series
from telemetry.storage import hold

FEW = 20
"""People among whom the figures of a backtest still tell something of each."""
Result = dict[str, Any]


def join() -> None:
    """Have every erasure look through the backtests, too."""
    if ALSO not in erasure.ALSO:
        erasure.ALSO.append(ALSO)


def forget(subject: int) -> Mapping[str, int]:
    """Delete backtests that name a person, and those of few people with the same KPI: they are soon asked again."""
    series = Series.objects.filter(subject=subject)
    measured = set(series.values_list("kpi", "agent")) | {
        (kpi, "") for kpi in series.values_list("kpi", flat=True)
    }
    gone = [
        pk
        for pk, result in finished()
        if any(_tells(answer, subject, measured) for answer in result["answers"])
    ]
    return {"backtests": Job.objects.filter(pk__in=gone).delete()[0]} if gone else {}


def left(subject: int) -> list[str]:
    """The backtests that still name a person."""
    named = (pk for pk, result in finished() if subject in named_in(result))
    return [f"backtest {pk}" for pk in named]


def finished() -> Iterator[tuple[int, Result]]:
    """Every backtest that has a result."""
    jobs = Job.objects.filter(kind=KIND, result__isnull=False).values_list("pk", "result")
    return ((pk, result) for pk, result in jobs.iterator(chunk_size=100) if result)


def named_in(result: Result) -> set[int]:
    """The numbers of the people who have a row of their own."""
    return {row["subject"] for answer in result["answers"] for row in answer["who"]}


def _tells(answer: Result, subject: int, measured: set[tuple[str, str]]) -> bool:
    if any(row["subject"] == subject for row in answer["who"]):
        return True
    return answer["people"] <= FEW and (answer["kpi"], answer["agent"]) in measured


def finish_without_the_erased(work: JobRun, run: Callable[[], Result]) -> None:
    """Keep what ``run`` finds, unless somebody was erased meanwhile: then it looks again.

    The people it names are held until it is kept. Whoever erases one of them comes before that, or finds it.
    """
    while True:
        before = _erasures()
        result = run()
        with transaction.atomic():
            named = named_in(result)
            if hold(sorted(named)) == named and _erasures() == before:
                work.finish(result)
                return


def _erasures() -> int:
    return Erasure.objects.values_list("pk", flat=True).first() or 0


ALSO = erasure.Also(forget, left)
