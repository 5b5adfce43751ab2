"""What the address of a run's page asks for: every step, one step's reasons, a closer look at a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from contracts.evaluation import SECOND
from protocols.services.reporting import MOST_STEPS

_FAR = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class Asked:
    """``step`` is 0 for none; ``chosen`` are both ends in microseconds, None for the whole."""

    whole: bool = False
    step: int = 0
    chosen: tuple[int, int] | None = None

    @property
    def query(self) -> str:
        """The end of an address that asks for the same."""
        parts: dict[str, object] = {}
        if self.whole:
            parts["steps"] = "all"
        if self.step:
            parts["step"] = self.step
        if self.chosen:
            parts |= {"from": self.chosen[0] // SECOND, "to": self.chosen[1] // SECOND}
        return f"?{urlencode(parts)}" if parts else ""


def asked_of(query: QueryDict) -> Asked:
    """What cannot be read is not asked for."""
    start, end = _whole(query.get("from"), _FAR), _whole(query.get("to"), _FAR)
    chosen = (start * SECOND, end * SECOND) if start is not None and end is not None and start < end else None
    return Asked(query.get("steps") == "all", _whole(query.get("step"), MOST_STEPS) or 0, chosen)


def _whole(text: str | None, most: int) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    return min(int(text), most)
