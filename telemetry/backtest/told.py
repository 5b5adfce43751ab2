"""An answer for people and programs: moments with their zone, people by what they are called outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.models import Job
from telemetry.backtest.episodes import SEVERITIES
from telemetry.backtest.words import counted, length, people
from telemetry.contracts_now import iso
from telemetry.models import Subject
from telemetry.subjects import label

SIDES = {"before": "as_is", "after": "as_would_be"}
WORDS = {"critical": "critical", "warning": "warning", "info": "elevated", "normal": "normal"}


def as_data(job: Job) -> dict[str, Any]:
    """A backtest as the API tells it."""
    answers = told(job.result) if job.state == Job.State.DONE else []
    return {
        "id": job.pk,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "error": job.error,
        "answers": answers,
    }


def told(result: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The answers of a job's result."""
    answers: Sequence[dict[str, Any]] = (result or {}).get("answers", ())
    names = called(row["subject"] for answer in answers for row in answer["who"])
    return [_answer(answer, names) for answer in answers]


def called(subjects: Iterable[int]) -> dict[int, str]:
    """What people are called outside; a number of ours where they are called nothing, or are erased."""
    wanted = set(subjects)
    found = dict(Subject.objects.filter(pk__in=wanted).values_list("pk", "user_id"))
    return {pk: (pk in found and label(found[pk])) or f"person {pk}" for pk in wanted}


def _answer(answer: dict[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    kept = ("kpi", "agent", "asked", "people", "observations", "left_out", "affected", "more", "fewer")
    whole = {key: answer[key] for key in kept}
    # An answer that was kept before these were counted has none of them.
    whole |= {key: answer.get(key, 0) for key in ("longer", "shorter")}
    whole |= {key: iso(answer[key]) for key in ("since", "until")}
    whole["conditions"] = {name: answer["conditions"][side] for side, name in SIDES.items()}
    for side, name in SIDES.items():
        one = answer[side]
        whole[name] = {
            "people": one["people"],
            "seconds": one["seconds"],
            "severities": {word: _moments(reached) for word, reached in one["severities"].items()},
        }
    whole["who"] = [
        {"person": names[row["subject"]]} | {name: _moments(row[side]) for side, name in SIDES.items()}
        for row in answer["who"]
    ]
    return whole


def _moments(one: dict[str, Any]) -> dict[str, Any]:
    moments = {key: one.get(key) for key in ("first", "last")}
    return one | {key: None if at is None else iso(at) for key, at in moments.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One severity, or a worse one, before and after."""

    kind: str
    word: str
    before: str
    after: str
    difference: str
    """How much longer or shorter, and how many times more or fewer; "" where both are as now."""


def rows(answer: Mapping[str, Any]) -> list[Row]:
    """The severities that either contract has or reaches, of an answer as it is told."""
    found = []
    for severity in SEVERITIES:
        was, now = (answer[name]["severities"][severity] for name in SIDES.values())
        named = any(
            one["severity"] == severity for name in SIDES.values() for one in answer["conditions"][name] or ()
        )
        if named:
            found.append(Row(severity, WORDS[severity], _told(was), _told(now), _difference(was, now)))
    return found


def _told(one: Mapping[str, Any]) -> str:
    if not one["episodes"]:
        return "never"
    return f"{people(one['people'])}, {length(one['seconds'])}, {counted(one['episodes'], 'time')}"


def _difference(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    time, times = (now[key] - was[key] for key in ("seconds", "episodes"))
    parts = [f"{length(abs(time))} {'longer' if time > 0 else 'shorter'}"] if time else []
    parts += [f"{counted(abs(times), 'time')} {'more' if times > 0 else 'fewer'}"] if times else []
    return ", ".join(parts)


def looked_at(answer: Mapping[str, Any]) -> str:
    """What the answer is told from."""
    left = f"; {people(answer['left_out'])} left out" if answer["left_out"] else ""
    days = f"{answer['since'][:10]} to {answer['until'][:10]}"
    return f"{counted(answer['observations'], 'value')} of {people(answer['people'])}, {days}{left}"
