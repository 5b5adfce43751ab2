"""Texts beside and inside the bars of a row, placed so that they neither collide nor leave the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.bands.axis import Axis, Stretch, text_width

_GAP = 4.0  # between a bar and its text
_PADDING = 6.0  # between the end of a bar and text inside it
_APART = 2.0  # at least, between texts and what is beside them
_Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A text. `place` is where: inside, right or left of its bar or tick, or alone in its row.

    It begins at `x`, or ends there when it is on the left: `anchor` is start or end.
    """

    text: str
    x: float
    place: str

    @property
    def anchor(self) -> str:
        """The end of the text that stands at `x`, in the words of SVG."""
        return "end" if self.place == "left" else "start"

    @property
    def span(self) -> _Span:
        """The room it takes at most."""
        wide = text_width(self.text, strong=True)
        return (self.x - wide, self.x) if self.place == "left" else (self.x, self.x + wide)


def bar_labels(
    axis: Axis, bars: Sequence[tuple[Stretch, Sequence[str]]], *, hatched: bool = False
) -> tuple[Label, ...]:
    """One label per bar: the first of its texts that fits inside, right or left of it, or none.

    Text on a hatched bar is hard to read, so there inside comes last.
    """
    taken: list[_Span] = [(bar.x, bar.x + bar.width) for bar, _ in bars]
    labels = []
    for bar, texts in bars:
        found = [
            label for text in texts for label in _around(bar, text, hatched) if _fits(label, axis, taken)
        ]
        if found:
            labels.append(found[0])
            taken.append(found[0].span)
    return tuple(labels)


def tick_label(axis: Axis, tick: float, text: str) -> tuple[Label, ...]:
    """The label of a tick that stands by itself: right or left of it; or none."""
    labels = (Label(text, round(tick + _GAP, 2), "right"), Label(text, round(tick - _GAP, 2), "left"))
    return tuple(label for label in labels if _is_on(label, axis))[:1]


def marked_label(axis: Axis, tick: float, bar: Stretch, texts: Sequence[str]) -> tuple[Label, ...]:
    """The label of a bar with a tick: the first of its texts that fits beside the tick or the bar; or none."""
    for text in texts:
        wide = text_width(text, strong=True)
        ahead = Label(text, round(bar.x + _PADDING, 2), "inside")
        behind = Label(text, round(tick + _PADDING, 2), "inside")
        inside = [ahead] if ahead.x + wide + _PADDING <= bar.x + bar.width else []
        inside += [behind] if bar.x < tick and behind.x + wide + _PADDING <= bar.x + bar.width else []
        for label in (*inside, *_beside(bar, text)):
            first, last = label.span
            if _is_on(label, axis) and not first - _APART < tick < last + _APART:
                return (label,)
    return ()


def lone_label(axis: Axis, *texts: str) -> tuple[Label, ...]:
    """The text of a row without bars: the first that fits, or the last."""
    labels = [Label(text, axis.left, "alone") for text in texts]
    return (next((label for label in labels if _is_on(label, axis)), labels[-1]),)


def _around(bar: Stretch, text: str, hatched: bool) -> Iterator[Label]:
    fits = text_width(text, strong=True) + 2 * _PADDING <= bar.width
    inside = [Label(text, round(bar.x + _PADDING, 2), "inside")] if fits else []
    if not hatched:
        yield from inside
    yield from _beside(bar, text)
    if hatched:
        yield from inside


def _beside(bar: Stretch, text: str) -> tuple[Label, Label]:
    end = round(bar.x + bar.width + _GAP, 2)
    return Label(text, end, "right"), Label(text, round(bar.x - _GAP, 2), "left")


def _is_on(label: Label, axis: Axis) -> bool:
    start, end = label.span
    return axis.left <= start and end <= axis.right


def _fits(label: Label, axis: Axis, taken: Sequence[_Span]) -> bool:
    if label.place == "inside":
        return True
    first, last = label.span
    return _is_on(label, axis) and all(
        last + _APART <= start or end + _APART <= first for start, end in taken
    )
