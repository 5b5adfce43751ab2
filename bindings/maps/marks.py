"""A mark on the roster map: the class of its colour, a short label, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.bands.axis import text_width


@dataclass(frozen=True, slots=True)
class Mark:
    """``note`` takes the place of an agent's second line."""

    kind: str
    label: str
    words: str
    note: str = ""

    @property
    def width(self) -> float:
        """How wide the label's ground is."""
        return round(text_width(self.label, strong=True) + 16, 1)

    @property
    def left(self) -> float:
        """Where that begins, from where it ends."""
        return -self.width

    @property
    def middle(self) -> float:
        """Where the label's middle is, from there."""
        return -self.width / 2
