"""Two versions of a KPI's bands on one axis: what was, hollow, above what is, and which values change sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from contracts.bands import words
from contracts.bands.axis import Axis, Tick, axis_of, named_numbers
from contracts.bands.labels import lone_label
from contracts.bands.picture import TOP, Row, normal_row, threshold_row
from contracts.bands.regions import by_worst
from contracts.intervals import EMPTY, IntervalSet
from contracts.severity import REGISTRY_WORD, Severity
from contracts.spec import KpiSpec
from contracts.triggers import TriggerSpec

WIDTH = 390
GUTTER = 104  # for the name of a row and, right of it, "was" or "now"
_LINE, _BETWEEN = 25, 5  # from one bar to the next, and the room between two rows
_BAR = 20
_TICKS_DOWN, _BELOW_TICKS = 17, 5
_NAMES = {**{str(severity): word for severity, word in REGISTRY_WORD.items()}, "normal": "normal"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the picture. ``age`` is was or now where the two differ, "" where nothing changed."""

    age: str
    row: Row


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything to be drawn, and all of it in a sentence. Without an axis, the sentence is all there is."""

    width: float
    sentence: str
    axis: Axis | None = None
    lines: tuple[Line, ...] = ()
    ticks: tuple[Tick, ...] = ()
    axis_y: float = 0
    bar_height: float = _BAR
    age_x: float = GUTTER - 10

    @property
    def ticks_y(self) -> float:
        """The line that the numbers under the axis stand on."""
        return self.axis_y + _TICKS_DOWN

    @property
    def height(self) -> float:
        """The height of the whole."""
        return self.ticks_y + _BELOW_TICKS


@dataclass(frozen=True, slots=True)
class Shift:
    """Values that were one thing and become another: words such as critical or normal, "" for no rule."""

    values: IntervalSet
    was: str
    becomes: str
    kind: str
    """The class of what they become: critical, warning, info, normal or unclassified."""

    def told(self, unit: str) -> str:
        """In words: "20 to below 25 ms was warning and becomes critical"."""
        was = f"was {self.was}" if self.was else "had no rule"
        becomes = f"becomes {self.becomes}" if self.becomes else "has no rule any more"
        return f"{self.values.explain(unit)} {was} and {becomes}"

    def told_of(self, agent: str, unit: str) -> str:
        """Of an agent, which acts at a severity: "22 to below 25 ms: NEUROS no longer acts (was critical)"."""
        now, then = (word and word != "normal" for word in (self.becomes, self.was))
        at = f"{self.values.explain(unit)}: {agent}"
        if now and then:
            return f"{at} acts as {self.becomes}, no longer as {self.was}"
        return f"{at} now acts too ({self.becomes})" if now else f"{at} no longer acts (was {self.was})"

    @property
    def concerns_agents(self) -> bool:
        """Whether what is said of the values is a severity, before or now."""
        return bool({self.was, self.becomes} - {"", "normal"})


def compared_picture(before: KpiSpec, after: KpiSpec, unit: str = "", width: float = WIDTH) -> Compared:
    """Both versions over one axis. They must be measured in the same unit."""
    told = f"Before: {words.whole_sentence(before, unit)} After: {words.whole_sentence(after, unit)}"
    axis = _axis(before, after, width)
    if axis is None:
        return Compared(width, told)
    lines: list[Line] = []
    y: float = TOP
    for was, now in _rows(before, after, axis, unit):
        pair = [("", now)] if _looks(was) == _looks(now) else [("was", was), ("now", now)]
        for age, row in pair:
            lines.append(Line(age, replace(row, y=y)))
            y += _LINE
        y += _BETWEEN
    limits = [number for kpi in (after, before) for number, _ in kpi.possible.places]
    numbers = [*limits, *named_numbers(after), *named_numbers(before)]
    return Compared(width, told, axis, tuple(lines), axis.ticks(numbers, unit), y)


def shifts(before: KpiSpec, after: KpiSpec) -> list[Shift]:
    """Which possible values change sides, those that become worst first."""
    possible = before.possible & after.possible
    olds, news = by_worst(before), by_worst(after)
    return [
        Shift(values, _NAMES.get(was, ""), _NAMES.get(kind, ""), kind)
        for kind, new in news
        for was, old in olds
        if kind != was and (values := old & new & possible)
    ]


def _axis(before: KpiSpec, after: KpiSpec, width: float) -> Axis | None:
    both = replace(
        after,
        possible=before.possible | after.possible,
        normal=(before.normal or EMPTY) | (after.normal or EMPTY),
        optimal=after.optimal if after.optimal is not None else before.optimal,
        triggers=[*after.triggers, *before.triggers],
    )
    return axis_of(both, GUTTER, width)


def _looks(row: Row) -> object:
    return row.bars, row.labels, row.tick


def _rows(before: KpiSpec, after: KpiSpec, axis: Axis, unit: str) -> Iterator[tuple[Row, Row]]:
    """Row by row what was and what is; a severity that only one of them has is nothing in the other."""
    yield normal_row(before, axis, unit), normal_row(after, axis, unit)
    for severity in sorted(Severity, key=lambda severity: -severity.rank):
        old, new = (_of(kpi.triggers, severity) for kpi in (before, after))
        for was, now in zip_longest(old, new):
            yield (
                _severity_row(before, severity, was, axis, unit),
                _severity_row(after, severity, now, axis, unit),
            )


def _of(triggers: Sequence[TriggerSpec], severity: Severity) -> list[TriggerSpec]:
    return [trigger for trigger in triggers if trigger.severity is severity]


def _severity_row(
    kpi: KpiSpec, severity: Severity, trigger: TriggerSpec | None, axis: Axis, unit: str
) -> Row:
    if trigger is not None:
        return threshold_row(kpi, trigger, axis, unit, 0)
    name = REGISTRY_WORD[severity]
    return Row(severity.value, name, 0, f"No {name}.", labels=lone_label(axis, "none"))
