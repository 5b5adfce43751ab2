"""An answer for people and programs: moments with their zone, people by what they are called outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.models import Job
from telemetry.backtest.episodes import SEVERITIES
from telemetry.contracts_now import iso
from telemetry.models import Subject
from telemetry.subjects import label

SIDES = {"before": "as_is", "after": "as_would_be"}
WORDS = {"critical": "critical", "warning": "warning", "info": "elevated", "normal": "normal"}
_LENGTHS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


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
    difference: int

    @property
    def fewer(self) -> int:
        """How much less often."""
        return -self.difference


def rows(answer: Mapping[str, Any]) -> list[Row]:
    """The severities that either contract has or reaches, of an answer as it is told."""
    found = []
    for severity in SEVERITIES:
        was, now = (answer[name]["severities"][severity] for name in SIDES.values())
        named = any(
            one["severity"] == severity for name in SIDES.values() for one in answer["conditions"][name] or ()
        )
        if named:
            found.append(
                Row(severity, WORDS[severity], _told(was), _told(now), now["episodes"] - was["episodes"])
            )
    return found


def _told(one: Mapping[str, Any]) -> str:
    if not one["episodes"]:
        return "never"
    return f"{counted(one['episodes'], 'time')}, {people(one['people'])}, {length(one['seconds'])}"


def summary(answer: Mapping[str, Any]) -> str:
    """The answer in one sentence: for how many people it acts more often, and for how many less."""
    if not answer["people"]:
        return "Nothing was measured in this time, so nothing can be said."
    more, fewer = answer["more"], answer["fewer"]
    if not more and not fewer:
        return "Nobody would be acted on more often, or less."
    parts = [f"more often for {people(more)}"] if more else []
    parts += [f"less often for {people(fewer)}"] if fewer else []
    return f"It would act {' and '.join(parts)}."


def looked_at(answer: Mapping[str, Any]) -> str:
    """What the answer is told from."""
    left = f"; {people(answer['left_out'])} left out" if answer["left_out"] else ""
    days = f"{answer['since'][:10]} to {answer['until'][:10]}"
    return f"{counted(answer['observations'], 'value')} of {people(answer['people'])}, {days}{left}"


def people(count: int) -> str:
    """ "1 person", "1,200 people"."""
    return "1 person" if count == 1 else f"{count:,} people"


def counted(count: int, noun: str) -> str:
    """ "1 time", "12 times"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def length(seconds: int) -> str:
    """A length of time by its two largest units: "3 d 4 h"."""
    parts: list[str] = []
    for size, unit in _LENGTHS:
        count, seconds = divmod(seconds, size)
        if count or (not parts and size == 1):
            parts.append(f"{count:,} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])
