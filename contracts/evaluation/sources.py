"""The state of a binding for a user: the worst of its series' states, each judged by itself.

A series is what one source measures of one KPI of one user, as one agent reports it. Everything that counts time
(lateness, ``for``, ``keep_firing_for``, windows, silence) is its own; only the outcome is put together here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from contracts.evaluation.machine import Evaluator
from contracts.evaluation.memory import SECOND, START, Memory, State, Transition

USUAL_SILENCE: Final = 7 * 24 * 60 * 60 * SECOND
"""After how long a source that another one outlives stops counting, where the KPI sets no ``missing_data``."""
MOST_SOURCES: Final = 100
"""Of one binding and user: of more, those that were heard longest ago are forgotten."""
_NEVER: Final = -(2**62)
_first: Final = itemgetter(0)


class Combined(NamedTuple):
    """What the series of a binding come to. ``source`` is the one that speaks and ``memory`` its own;
    ``open_severity`` is 1 to 3 for the worst episode that is open, through silence too, and 0 where none is.
    ``counting`` are the sources that count."""

    state: State
    source: str
    memory: Memory
    open_severity: int
    counting: tuple[str, ...]


def combine(evaluator: Evaluator, memories: Mapping[str, Memory]) -> Combined:
    """The worst state among the series that count; unknown only where none of those has a known one.

    A source stops counting once another one was heard as long after it as ``missing_data`` says (or
    USUAL_SILENCE): a device that was put away keeps nobody critical for ever, and two that fall silent together
    end nothing.
    """
    if len(memories) == 1:
        ((source, memory),) = memories.items()
        return Combined(memory.state, source, memory, open_severity(evaluator, memory), (source,))
    counting = sources_that_count(evaluator, memories)
    if not counting:
        return Combined(State.UNKNOWN, "", START, 0, ())
    source = min(counting, key=lambda name: _place(name, memories[name]))
    worst = max(open_severity(evaluator, memories[name]) for name in counting)
    return Combined(memories[source].state, source, memories[source], worst, counting)


def within_limit(memories: dict[str, Memory]) -> dict[str, Memory]:
    """The sources that are remembered."""
    if len(memories) <= MOST_SOURCES:
        return memories
    newest = sorted(memories, key=lambda name: (_NEVER if (at := memories[name].at) is None else at, name))
    return {name: memories[name] for name in newest[-MOST_SOURCES:]}


def sources_that_count(evaluator: Evaluator, memories: Mapping[str, Memory]) -> tuple[str, ...]:
    """By name. One that the guard has never let through counts only where no other was ever judged."""
    last_heard = max((one.heard for one in memories.values() if one.heard is not None), default=None)
    if last_heard is None:
        return tuple(sorted(memories))
    length = evaluator.missing or USUAL_SILENCE
    return tuple(
        sorted(
            name
            for name, one in memories.items()
            if one.heard is not None and (one.heard == last_heard or one.heard + length > last_heard)
        )
    )


def open_severity(evaluator: Evaluator, memory: Memory) -> int:
    """The severity that is acted on, whether or not anything is heard."""
    acting = evaluator.acting(memory.marks) if memory.marks else None
    return acting[0].state.number if acting else 0


def _place(source: str, memory: Memory) -> tuple[int, int, str]:
    """Who speaks first: the worst; of those who say the same, whoever has for longest, but of those who have fallen
    silent whoever was heard last."""
    if memory.state is State.UNKNOWN:
        return 1, -(_NEVER if memory.heard is None else memory.heard), source
    return -memory.state.number, _NEVER if memory.since is None else memory.since, source


class Change(NamedTuple):
    """A change of a binding's state. States are numbers, as metrics have them."""

    at: int
    before: int
    after: int


def changes(moves: Iterable[tuple[int, str, int]], begin: Mapping[str, int] | None = None) -> list[Change]:
    """A binding's changes of state out of its series': (when, which source, to which state), in the order of time.

    ``begin`` has the state of each source before. Everything that happens at one moment is one change. Who stops
    counting without having fallen silent is told by :func:`absences`.
    """
    states = dict(begin or {})
    now = _worst(states)
    found: list[Change] = []
    at: int | None = None
    for moment, source, state in sorted(moves, key=_first):  # a source's own stay in their order
        if at is not None and moment != at:
            now = _note(found, at, now, states)
        at, states[source] = moment, state
    if at is not None:
        _note(found, at, now, states)
    return found


def _note(found: list[Change], at: int, before: int, states: Mapping[str, int]) -> int:
    after = _worst(states)
    if after != before:
        found.append(Change(at, before, after))
    return after


def _worst(states: Mapping[str, int]) -> int:
    return max(states.values(), default=State.UNKNOWN.number)


def moves_of(
    evaluator: Evaluator,
    transitions: Mapping[str, Sequence[Transition]],
    heard: Mapping[str, Sequence[int]],
) -> list[tuple[int, str, int]]:
    """What :func:`changes` needs of whole histories: each series' transitions and the times of its values, in order.

    Where the KPI sets no ``missing_data``, a source that stops counting goes to unknown at that moment, and back
    with its next value.
    """
    unknown = State.UNKNOWN.number
    found: list[tuple[int, str, int]] = []
    for source, own in transitions.items():
        moves = [(one.at, one.after.number) for one in own]
        if evaluator.missing is None and len(heard) > 1:
            gaps = absences(heard[source], [times for name, times in heard.items() if name != source])
            moves = _with_gaps(moves, gaps, unknown)
        found += [(at, source, state) for at, state in moves]
    return sorted(found, key=_first)


def absences(own: Sequence[int], others: Sequence[Sequence[int]]) -> list[tuple[int, int | None]]:
    """From when until when a source does not count: from the first value of another that comes USUAL_SILENCE or
    more after its newest, until its own next one."""
    found: list[tuple[int, int | None]] = []
    for place, at in enumerate(own):
        following = own[place + 1] if place + 1 < len(own) else None
        edge = at + USUAL_SILENCE
        if following is not None and following <= edge:
            continue
        begun = [times[first] for times in others if (first := bisect_left(times, edge)) < len(times)]
        if begun and (following is None or min(begun) < following):
            found.append((min(begun), following))
    return found


def _with_gaps(
    moves: list[tuple[int, int]], gaps: list[tuple[int, int | None]], unknown: int
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    state, place = unknown, 0
    for begin, end in gaps:
        while place < len(moves) and moves[place][0] < begin:
            state = moves[place][1]
            found.append(moves[place])
            place += 1
        found.append((begin, unknown))
        while place < len(moves) and (end is None or moves[place][0] < end):
            state = moves[place][1]
            place += 1
        if end is not None:
            found.append((end, state))
    return found + moves[place:]
