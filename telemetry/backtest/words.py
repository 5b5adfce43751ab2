"""Numbers of a backtest in words."""

from __future__ import annotations

_LENGTHS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def people(count: int) -> str:
    """ "1 person", "1,200 people"."""
    return "1 person" if count == 1 else f"{count:,} people"


def counted(count: int, noun: str) -> str:
    """ "1 time", "12 times"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def length(seconds: int) -> str:
    """A length of time by its two largest units: "3 d 4 h"."""
    parts: list[str] = []
    for size, unit in _LENGTHS:
        count, seconds = divmod(seconds, size)
        if count or (not parts and size == 1):
            parts.append(f"{count:,} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])
