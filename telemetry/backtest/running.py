"""Doing it: everybody's history by both contracts of each question; at once where it is quick, else as a job."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Protocol

from contracts.evaluation import Evaluator
from contracts.watched import BodyError, WatchedBinding
from contracts.yamltree import paused_gc
from jobs.models import Job
from jobs.runner import run_job
from jobs.services import enqueue, open_of
from telemetry.backtest.deciding import Decided
from telemetry.backtest.episodes import Course, course
from telemetry.backtest.history import History, Lane, Part
from telemetry.backtest.questions import Question
from telemetry.backtest.tallies import Tallies

KIND = "backtest"
MOST = 5_000_000
"""Values that one question may look at: about a minute's work. People beyond are left out, and counted."""
QUICK = 20_000
"""Values that are looked at while somebody waits: well under a second."""
MOST_OPEN = 4
"""Backtests of one caller that wait, or are worked out, at a time: the others' jobs get their turn, too."""
Progress = Callable[[int, int, str], None]


class Tally(Protocol):
    """Gathers everybody's courses for one question."""

    def add(self, subject: int, before: Course | None, after: Course | None, observations: int) -> None:
        """One more person; None for a contract that there is not."""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""


def no_progress(done: int, total: int, message: str) -> None:
    """For who does not wait."""


class TooMany(Exception):
    """This caller has enough backtests waiting."""


def start(questions: Sequence[Question], *, author: Any = None, key: str = "", caller: str = "") -> Job:
    """The job that answers these questions; over already where there is little to look at.

    With a ``key``, there is one for the same questions and key, whatever the time they were asked. Raises TooMany
    where a ``caller`` has more than enough that are not over.
    """
    if caller and open_of(kind=KIND, caller=caller) >= MOST_OPEN:
        raise TooMany
    payload = {"questions": [question.as_data() for question in questions], "caller": caller}
    if key:
        asked = [question.as_data() | {"since": 0, "until": 0} for question in questions]
        key = sha256(json.dumps([key, asked], sort_keys=True).encode()).hexdigest()
    job = enqueue(kind=KIND, payload=payload, key=key, author=author)
    if job.state == Job.State.QUEUED and is_quick(questions):
        run_job(job.pk)
        job.refresh_from_db()
    return job


def is_quick(questions: Sequence[Question]) -> bool:
    """Whether somebody may wait for it."""
    left = QUICK
    for question in questions:
        left -= history_of(question, *_both(question)).size(left + 1)
        if left < 0:
            return False
    return True


def run(
    questions: Sequence[Question],
    progress: Progress = no_progress,
    most: int = MOST,
    tally: Callable[[Question], Tally] = lambda question: Tallies(),
) -> dict[str, Any]:
    """The answers, as JSON. ``progress`` counts values; ``tally`` gathers what is found for a question."""
    work = [(question, *_both(question)) for question in questions]
    plans = [history_of(*one).parts() for one in work]
    chosen = [_within(parts, most) for parts in plans]
    total = sum(part.values for parts in chosen for part in parts)
    done, answers = 0, []
    for one, parts, some in zip(work, plans, chosen, strict=True):
        tallies = tally(one[0])
        for part in some:
            progress(done, total, "values")
            with paused_gc():
                for lane in history_of(*one).lanes(part):
                    _add(tallies, lane, *one)
            done += part.values
        people = sum(part.people for part in parts) - sum(part.people for part in some)
        answers.append(_answer(one[0], tallies, left_out=people))
    progress(total, total, "values")
    return {"answers": answers}


def history_of(question: Question, before: Decided | None, after: Decided | None) -> History:
    """What has to be read for a question."""
    sides = [one for one in (before, after) if one]
    return History(
        question.kpi,
        question.agent,
        question.since,
        question.until,
        looks_back=max((one.looks_back for one in sides), default=0),
        with_context=any(one.asks_context for one in sides),
    )


def _within(parts: Sequence[Part], most: int) -> list[Part]:
    """As many pieces as a question may look at; one at least."""
    found: list[Part] = []
    values = 0
    for part in parts:
        values += part.values
        if found and values > most:
            break
        found.append(part)
    return found


def _add(
    tallies: Tally, lane: Lane, question: Question, before: Decided | None, after: Decided | None
) -> None:
    was = _course(before, lane, question.until)
    now = was if after is before else _course(after, lane, question.until)
    tallies.add(lane.subject, was, now, len(lane.observations) - lane.first)


def _course(contract: Decided | None, lane: Lane, until: int) -> Course | None:
    if contract is None:
        return None
    found = contract.changes(lane.observations, first=lane.first, until=until)
    return course(found, lane.observations[lane.first].at, until)


def _both(question: Question) -> tuple[Decided | None, Decided | None]:
    before = _decided(question.before)
    same = question.before is not None and question.before == question.after
    return before, before if same else _decided(question.after)


def _decided(binding: WatchedBinding | None) -> Decided | None:
    """None for what is not evaluated: it is switched off, or cannot be read."""
    if binding is None or not binding.enabled:
        return None
    try:
        return Decided(Evaluator(binding))
    except BodyError:
        return None


def _answer(question: Question, tallies: Tally, *, left_out: int) -> dict[str, Any]:
    known = {"kpi": question.kpi, "agent": question.agent, "since": question.since, "until": question.until}
    sides = {"asked": {"severity": question.severity, "condition": question.changed}}
    conditions = {
        "conditions": {
            side: _conditions(binding)
            for side, binding in (("before", question.before), ("after", question.after))
        }
    }
    return known | sides | conditions | {"left_out": left_out} | tallies.as_data()


def _conditions(binding: WatchedBinding | None) -> list[dict[str, str]] | None:
    if binding is None:
        return None
    return [
        {
            "severity": one.severity.value,
            "condition": one.condition,
            "for": one.for_,
            "keep_firing_for": one.keep_firing_for,
            "recover_if": one.recover_if,
        }
        for one in binding.triggers
    ]
