"""What one caller sends at once, sorted by series before anything is asked of the database, and what is answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, starmap
from operator import lt
from typing import Any, NamedTuple

import orjson

from contracts.evaluation import Observed
from telemetry.contracts_now import Watched
from telemetry.parsing import Item, Rejection

ACCEPTED, CONFLICT = "accepted", "conflicting_value"


class Stretch(NamedTuple):
    """The observations of one series in a delivery, in the order of time; of two at one time the larger
    first, of two that are as large the one whose context comes first.

    ``places`` are theirs in the body. ``is_distinct`` says that no two are of one time.
    """

    delivery: Delivery
    user: str
    watched: Watched
    source: str
    observations: Sequence[Observed]
    places: Sequence[int]
    is_distinct: bool


@dataclass(slots=True)
class Delivery:
    """A body that was read: what may be stored, and why the rest may not. ``results`` are told by place."""

    digest: str
    agent: str
    size: int
    release: int
    bad: Sequence[Rejection]
    is_strict: bool
    trace: str | None = None
    """That of the request which brought it: another one may store it."""
    stretches: list[Stretch] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    conflicts: list[Rejection] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Those that this opened, by their number."""
    is_again: bool = False
    """What was answered to the same body before is not what is stored any more."""

    def sort(self, items: Sequence[Item]) -> None:
        """Take what may be stored, by series."""
        found: dict[tuple[str, str, int], list[Item]] = defaultdict(list)
        for item in items:
            # The same binding is the same object: a body is read by one release.
            found[item.user, item.observed.source, id(item.watched)].append(item)
        self.stretches = [self._stretch(ours) for ours in found.values()]

    def _stretch(self, items: list[Item]) -> Stretch:
        first = items[0]
        is_distinct = True
        if len(items) > 1:
            times = [item.observed.at for item in items]
            if not all(starmap(lt, zip(times, islice(times, 1, None), strict=False))):
                items.sort(key=_by_time)
                is_distinct = len(set(times)) == len(times)
        observations = [item.observed for item in items]
        places = [item.place for item in items]
        return Stretch(
            self, first.user, first.watched, first.observed.source, observations, places, is_distinct
        )

    def begin(self) -> None:
        """Forget what was told at an attempt before."""
        self.results = [ACCEPTED] * self.size
        for one in self.bad:
            self.results[one.place] = one.code
        self.conflicts, self.states, self.runs = [], [], {}

    def answer(self) -> dict[str, Any]:
        """What the caller is told; a person in it is the place of one of their observations."""
        errors = sorted([*self.bad, *self.conflicts]) if self.conflicts else self.bad
        return {
            "release": self.release,
            "results": self.results,
            "errors": [_error(one) for one in errors],
            "states": self.states,
            "runs": list(self.runs.values()),
        }


def _by_time(item: Item) -> tuple[int, float, bytes]:
    _, at, context, _ = item.observed
    return (
        at,
        -float(item.observed.value),
        orjson.dumps(context, option=orjson.OPT_SORT_KEYS) if context else b"",
    )


def conflicting(place: int) -> Rejection:
    """Of the second of two values for one moment."""
    message = "Another value of this series at the same moment is in the same batch."
    return Rejection(place, CONFLICT, message, "value", "Send a correction after what it corrects.")


def _error(one: Rejection) -> dict[str, Any]:
    pointer = f"/{one.place}/{one.key}" if one.key else f"/{one.place}"
    data = {"index": one.place, "code": one.code, "message": one.message, "pointer": pointer}
    return data | ({"hint": one.hint} if one.hint else {})
