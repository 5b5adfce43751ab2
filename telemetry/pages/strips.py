"""Which state somebody was in, over time: one line of segments, as a KPI's bands in a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from contracts.evaluation import SECOND, Change, changes, moment
from telemetry.models import Standing, Transition
from telemetry.pages.span import Span
from telemetry.pages.words import WORDS, kind_of
from telemetry.storage.memories import COLUMNS, NUMBERS, from_columns, sources_of

WIDTH = 600
_THIN = 1.5  # the least width of a severity: a short one is what one looks for
CLASSES = {"unknown": "unclassified"}
"""Of the style sheet's segments, where they are called otherwise than the state."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A state for a while."""

    kind: str
    x: float
    width: float
    told: str

    @property
    def css(self) -> str:
        """Its class."""
        return CLASSES.get(self.kind, self.kind)


def of_binding(transitions: Sequence[Transition], standing: Standing) -> Sequence[Transition | Change]:
    """The changes of a binding's own state: the worst of its sources', of which ``transitions`` are."""
    if not standing.sources:
        return transitions
    memory = from_columns(tuple(getattr(standing, column) for column in COLUMNS))
    memories = sources_of(standing.source, standing.sources, memory)
    begin = {source: NUMBERS[one.state] for source, one in memories.items()}
    for one in reversed(transitions):
        begin[one.source] = one.before
    found = changes([(one.at, one.source, one.after) for one in transitions], begin)
    last = found[-1].after if found else max(begin.values())
    if last != standing.state and standing.since is not None:  # a source that is silent counts no longer
        found.append(
            Change(max(standing.since, found[-1].at if found else standing.since), last, standing.state)
        )
    return found


def strip(
    transitions: Sequence[Transition | Change], state: int, span: Span, *, width: int = WIDTH
) -> list[Segment]:
    """The segments of one person. ``transitions`` are those of the span, the oldest first; ``state`` is today's,
    which held all the time where there is none."""
    start, end = span.micros
    pieces: list[tuple[int, int]] = []
    began, now = start, transitions[0].before if transitions else state
    for one in transitions:
        if one.at > began:
            pieces.append((began, now))
        began, now = max(began, one.at), one.after
    pieces.append((began, now))
    ends = [at for at, _ in pieces[1:]] + [end]
    found = [
        (kind_of(number), _x(at, span, width), _x(stop, span, width), at, stop)
        for (at, number), stop in zip(pieces, ends, strict=True)
    ]
    return [
        Segment(
            kind,
            x,
            round(max(stop_x - x, _least(kind)), 2),
            f"{WORDS[kind]} from {_said(at)} to {_said(stop)}",
        )
        for kind, x, stop_x, at, stop in found
    ]


def by_person(transitions: Iterable[Transition]) -> dict[int, list[Transition]]:
    """Transitions that are in the order of their people, by person."""
    return {subject: list(some) for subject, some in groupby(transitions, lambda one: one.subject_id)}


def by_binding(transitions: Iterable[Transition]) -> dict[tuple[str, str], list[Transition]]:
    """Transitions of a person that are in the order of KPIs and agents, by both."""
    return {pair: list(some) for pair, some in groupby(transitions, lambda one: (one.kpi, one.agent))}


def shares(segments: Sequence[Segment]) -> str:
    """All of a strip in a sentence, for people who do not see it."""
    whole = sum(one.width for one in segments) or 1.0
    kinds = dict.fromkeys(one.kind for one in segments)
    told = [(kind, sum(one.width for one in segments if one.kind == kind) / whole) for kind in kinds]
    return ", ".join(
        f"{WORDS[kind]} {share:.0%} of the time" for kind, share in sorted(told, key=lambda item: -item[1])
    )


def _x(at: int, span: Span, width: int) -> float:
    start, end = span.micros
    return round((min(max(at, start), end) - start) / (end - start) * width, 2)


def _least(kind: str) -> float:
    return _THIN if kind in ("critical", "warning", "info") else 0.0


def _said(at: int) -> str:
    return f"{moment(at // SECOND * SECOND):%d %b %H:%M} UTC"
