"""Everybody's courses together: the answer to one question, as JSON that names people by number only."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any

from contracts.evaluation import SECOND
from telemetry.backtest.episodes import SEVERITIES, STATES, Course

PEOPLE_AT_MOST = 100
"""People who are named; of the others only how many they are."""


@dataclass(slots=True)
class Side:
    """All people by one contract. Times are microseconds."""

    affected: int = 0
    times: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    reached: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            word: {"episodes": 0, "people": 0, "time": 0, "first": None, "last": None} for word in SEVERITIES
        }
    )

    def add(self, course: Course) -> None:
        """One more person."""
        self.affected += course.is_affected
        for state, time in course.times.items():
            self.times[state] += time
        for severity, one in course.reached.items():
            if one.episodes:
                whole = self.reached[severity]
                whole["episodes"] += one.episodes
                whole["people"] += 1
                whole["time"] += one.time
                whole["first"] = one.first if whole["first"] is None else min(whole["first"], one.first)
                whole["last"] = one.last if whole["last"] is None else max(whole["last"], one.last)

    def as_data(self) -> dict[str, Any]:
        """As JSON, in whole seconds; moments stay microseconds."""
        return {
            "people": self.affected,
            "severities": {
                word: {
                    ("seconds" if key == "time" else key): _seconds(key, part) for key, part in one.items()
                }
                for word, one in self.reached.items()
            },
            "seconds": {state: time // SECOND for state, time in self.times.items()},
        }


def _seconds(key: str, part: Any) -> Any:
    return part // SECOND if key == "time" else part


@dataclass(slots=True)
class Tallies:
    """What is found for one question, person by person."""

    people: int = 0
    observations: int = 0
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    more: int = 0
    fewer: int = 0
    longer: int = 0
    shorter: int = 0
    rows: list[tuple[int, Course | None, Course | None]] = field(default_factory=list)

    def add(self, subject: int, before: Course | None, after: Course | None, observations: int) -> None:
        """One more person; None for a contract that there is not."""
        self.people += 1
        self.observations += observations
        if before:
            self.before.add(before)
        if after:
            self.after.add(after)
        was, now = (_weight(one) for one in (before, after))
        self.more += now > was
        self.fewer += now < was
        lasted, lasts = (_times(one) for one in (before, after))
        self.longer += lasts > lasted
        self.shorter += lasts < lasted
        if (before and before.is_affected) or (after and after.is_affected):
            self.rows.append((subject, before, after))

    def as_data(self) -> dict[str, Any]:
        """As JSON: those for whom most time changes come first, then those for whom most episodes do."""
        shown = nlargest(PEOPLE_AT_MOST, self.rows, key=_rank)
        return {
            "people": self.people,
            "observations": self.observations,
            "more": self.more,
            "fewer": self.fewer,
            "longer": self.longer,
            "shorter": self.shorter,
            "before": self.before.as_data(),
            "after": self.after.as_data(),
            "affected": len(self.rows),
            "who": [
                {"subject": subject, "before": _row(before), "after": _row(after)}
                for subject, before, after in shown
            ],
        }


def _times(course: Course | None) -> tuple[int, ...]:
    """For how many seconds somebody is affected: the worst severity counts first."""
    return tuple(course.reached[word].time // SECOND for word in SEVERITIES) if course else (0, 0, 0)


def _weight(course: Course | None) -> tuple[int, ...]:
    """How much somebody is affected: the worst severity counts first."""
    return tuple(course.reached[word].episodes for word in SEVERITIES) if course else (0, 0, 0)


def _rank(row: tuple[int, Course | None, Course | None]) -> tuple[int, int, tuple[int, ...], int]:
    subject, before, after = row
    was, now = _weight(before), _weight(after)
    return _apart(_times(before), _times(after)), _apart(was, now), max(was, now), -subject


def _apart(was: tuple[int, ...], now: tuple[int, ...]) -> int:
    return sum(abs(a - b) for a, b in zip(was, now, strict=True))


def _row(course: Course | None) -> dict[str, Any]:
    if course is None:
        return {"episodes": dict.fromkeys(SEVERITIES, 0), "seconds": dict.fromkeys(SEVERITIES, 0)}
    begun = course.reached["info"]
    return {
        "episodes": {word: one.episodes for word, one in course.reached.items()},
        "seconds": {word: one.time // SECOND for word, one in course.reached.items()},
        "first": begun.first,
        "last": begun.last,
    }
