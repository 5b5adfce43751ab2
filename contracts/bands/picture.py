"""The picture of a page: one row for the normal range, one per threshold, one for gaps, over one axis."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.bands import words
from contracts.bands.axis import Axis, Stretch, Tick, axis_of, named_numbers
from contracts.bands.labels import Label, bar_labels, lone_label, marked_label, tick_label
from contracts.bands.regions import overlap, unclassified
from contracts.conditions import Condition
from contracts.decimals import plain
from contracts.intervals import EMPTY, Interval, IntervalSet
from contracts.severity import REGISTRY_WORD
from contracts.spec import KpiSpec
from contracts.triggers import TriggerSpec

WIDTH = 364
GUTTER = 66  # for the names of the rows
TOP, ROW, _BAR = 8, 30, 20
_TEXT_DOWN, _TICKS_DOWN = 14, 17  # from the top of a bar, and from the axis, to the line that text stands on
_BELOW_TICKS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a row.

    `kind` is normal, info, warning or critical, or what is hatched: overlap (with the normal range) and gap.
    `starts` and `ends` are closed, open (the end is not part of it) or edge (it goes on beyond the picture).
    """

    kind: str
    x: float
    width: float
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture. `kind` is normal, critical, warning, info or gap; `words` tells all of it.

    `y` is the top of its bars, `tick` where the best value stands.
    """

    kind: str
    name: str
    y: float
    words: str
    bars: tuple[Bar, ...] = ()
    overlaps: tuple[Bar, ...] = ()
    labels: tuple[Label, ...] = ()
    tick: float | None = None
    registry: tuple[Bar, ...] = ()
    """What the registry says, drawn thin below what an agent says."""

    @property
    def text_y(self) -> float:
        """The line its text stands on."""
        return self.y + _TEXT_DOWN

    @property
    def registry_y(self) -> float:
        """The top of the thin bars."""
        return self.y + _BAR + 2


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to be drawn, and all of it in a sentence. Without an axis, the sentence is all there is."""

    width: float
    sentence: str
    axis: Axis | None = None
    rows: tuple[Row, ...] = ()
    ticks: tuple[Tick, ...] = ()
    bar_height: float = _BAR

    @property
    def axis_y(self) -> float:
        """Where the line of the axis is."""
        return TOP + ROW * len(self.rows)

    @property
    def ticks_y(self) -> float:
        """The line that the numbers under the axis stand on."""
        return self.axis_y + _TICKS_DOWN

    @property
    def height(self) -> float:
        """The height of the whole."""
        return self.ticks_y + _BELOW_TICKS


def picture(kpi: KpiSpec, unit: str = "", width: float = WIDTH) -> Picture:
    """The bands of a KPI. `unit` is its symbol ("" for none), `width` at least 200 pixels."""
    sentence = words.whole_sentence(kpi, unit)
    axis = axis_of(kpi, GUTTER, width)
    if axis is None:
        return Picture(width, sentence)
    rows = [normal_row(kpi, axis, unit)]
    for threshold in words.worst_first(kpi):
        rows.append(threshold_row(kpi, threshold, axis, unit, y=TOP + ROW * len(rows)))
    if gaps := unclassified(kpi):
        rows.append(_gap_row(kpi, gaps, axis, unit, y=TOP + ROW * len(rows)))
    limits = [number for number, _ in kpi.possible.places]
    return Picture(width, sentence, axis, tuple(rows), axis.ticks([*limits, *named_numbers(kpi)], unit))


def normal_row(kpi: KpiSpec, axis: Axis, unit: str) -> Row:
    """The row of the normal range, on top."""
    seen = seen_on(kpi.normal or EMPTY, axis)
    best, tick = kpi.optimal, None
    if best is not None and best in axis.numbers:
        tick = axis.x(best)
        labels = _marked(axis, tick, plain(best), seen)
    elif seen:
        labels = bar_labels(axis, [(stretch, [words.short(interval)]) for interval, stretch in seen])
    else:
        labels = lone_label(axis, words.missing_normal(kpi) if kpi.normal is None else "never possible")
    told = words.normal_sentence(kpi, unit)
    return Row("normal", "normal", TOP, told, bars_of("normal", seen), (), labels, tick)


def _marked(axis: Axis, tick: float, best: str, seen: list[tuple[Interval, Stretch]]) -> tuple[Label, ...]:
    """The range with its best value; the best value alone where there is no range."""
    if not seen:
        return tick_label(axis, tick, f"best {best}")
    interval, stretch = seen[0]
    return marked_label(axis, tick, stretch, [f"{words.short(interval)}, best {best}", words.short(interval)])


def threshold_row(kpi: KpiSpec, threshold: TriggerSpec, axis: Axis, unit: str, y: float) -> Row:
    """The row of one threshold, or of one trigger of an agent."""
    condition, seen = threshold.condition, seen_on(threshold.values, axis)
    hatched = bars_of("overlap", seen_on(overlap(kpi, threshold), axis))
    if condition is None:
        labels = lone_label(axis, words.unread(threshold))
    elif words.never_possible(kpi, threshold):
        labels = lone_label(axis, f"{condition} is never possible", str(condition))
    elif seen:
        labels = bar_labels(axis, _with_texts(seen, condition), hatched=bool(hatched))
    else:
        labels = lone_label(axis, condition.explain(unit), str(condition))
    name, told = REGISTRY_WORD[threshold.severity], words.threshold_sentence(kpi, threshold, unit)
    kind = threshold.severity.value
    return Row(kind, name, y, told, bars_of(kind, seen), hatched, labels)


def _gap_row(kpi: KpiSpec, gaps: IntervalSet, axis: Axis, unit: str, y: float) -> Row:
    seen = seen_on(gaps, axis)
    labels = bar_labels(
        axis, [(stretch, [words.short(interval)]) for interval, stretch in seen], hatched=True
    )
    return Row("gap", "no rule", y, words.gap_sentence(kpi, unit), bars_of("gap", seen), (), labels)


def seen_on(values: IntervalSet, axis: Axis) -> list[tuple[Interval, Stretch]]:
    """The intervals of a set that are, at least in part, on the axis."""
    return [(interval, stretch) for interval in values if (stretch := axis.stretch(interval))]


def bars_of(kind: str, seen: list[tuple[Interval, Stretch]]) -> tuple[Bar, ...]:
    """These stretches as bars."""
    return tuple(Bar(kind, *stretch) for _, stretch in seen)


def _with_texts(
    seen: list[tuple[Interval, Stretch]], condition: Condition
) -> list[tuple[Stretch, list[str]]]:
    """Each bar with the texts it may have. Changes have no bar: the last bar tells them if there is room."""
    texted = [(stretch, [words.written(interval)]) for interval, stretch in seen]
    if condition.changes:
        last = texted[-1][1]
        last.insert(0, " or ".join([*last, *map(str, condition.changes)]))
    return texted
