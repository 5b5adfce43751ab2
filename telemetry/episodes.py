"""Episodes that begin, grow worse and end, told to whoever follows them within the transaction that brings them.

An episode of a binding and a person lasts from the moment at which a trigger is acted on until none is, through
silence too. This app knows nobody who follows; :data:`FOLLOWERS` is filled by those who do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from telemetry.storage import Store
from telemetry.storage.shapes import StandingKey, TransitionRow
from tracing import spans

UNKNOWN = -1
CORRECTION = "correction"


class EpisodeChange(NamedTuple):
    """The open severity of a binding for a person is another: 0 for none, 1 to 3.

    ``row`` is the transition that says why; None where there is none, as when a contract was withdrawn. ``is_revised``
    says that a late or corrected value showed that it was otherwise than it seemed. ``is_unwatched``: nobody's
    contract is about it any longer.
    """

    key: StandingKey
    before: int
    after: int
    at: int
    release: int
    row: TransitionRow | None
    is_revised: bool = False
    is_unwatched: bool = False


Opened = Mapping[StandingKey, Sequence[Mapping[str, Any]]]
"""What is told of the runs that were opened, by whose standing it was."""
Traces = Mapping[int, str]
"""The traces of the requests or of the job that changes come from, by the person; without those that nobody keeps."""
Follower = Callable[[Store, Sequence[EpisodeChange], int, Counter[tuple[str, ...]], Traces], Opened]
"""Called with the store of the transaction, in which the people are held, what changed, the time by the server's clock
in microseconds, the tallies, to count on, and the traces."""

FOLLOWERS: list[Follower] = []


def follow(
    store: Store,
    changes: Sequence[EpisodeChange],
    now: int,
    tallies: Counter[tuple[str, ...]],
    traces: Traces | None = None,
) -> Opened:
    """Tell everybody who follows; what is opened by it, for whoever reports. Without ``traces`` it is the one here."""
    if traces is None:
        trace = spans.sampled_trace() if changes else None
        traces = {change.key.subject: trace for change in changes} if trace else {}
    opened: dict[StandingKey, Sequence[Mapping[str, Any]]] = {}
    for follower in FOLLOWERS if changes else ():
        opened.update(follower(store, changes, now, tallies, traces))
    return opened


def walked(
    key: StandingKey, before: int, rows: Sequence[TransitionRow], after: int, release: int, at: int
) -> list[EpisodeChange]:
    """What a series that is judged in its order brings: each beginning, each rise and each end on the way.

    ``before`` and ``after`` are the open severities at both ends. Without a transition that says it, the last change
    is told at ``at``.
    """
    found: list[EpisodeChange] = []
    for row in rows:
        if row.after != UNKNOWN and row.after != before:
            found.append(EpisodeChange(key, before, row.after, row.at, row.release, row))
            before = row.after
    if before != after:
        found.append(EpisodeChange(key, before, after, at, release, None))
    return found


def at_once(
    key: StandingKey,
    before: int,
    rows: Sequence[TransitionRow],
    after: int,
    release: int,
    at: int,
    *,
    is_revised: bool = False,
) -> list[EpisodeChange]:
    """What several series, or values that came late, come to: an episode that began and ended among them never was
    open to anybody, so only where they end is told."""
    if before == after:
        return []
    row = next((one for one in reversed(rows) if one.after == after), None)
    is_revised = is_revised or (row is not None and row.cause == CORRECTION)
    moment = at if row is None else row.at
    return [EpisodeChange(key, before, after, moment, release, row, is_revised)]
