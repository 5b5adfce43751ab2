"""Writes docs/limits.md from the table of limits: `python -m scripts.limits_doc`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contracts.limits import (
    EXTRA_KEY,
    EXTRA_KEYS,
    LISTS,
    MOST_ALERTS,
    MOST_PEOPLE,
    REASON,
    ROWS,
    RUN_LIMITS,
    TEXTS,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "limits.md"
HEAD = f"""\
# Limits

<!-- Written by `python -m scripts.limits_doc` from contracts/limits.py; a test fails when it is stale. -->

Every text and every list has a limit, far above what people need: everything is checked, stored and sent again as a
whole. What is beyond one is refused at the place where it stands, by the same words in a file, an import, a form and
the API (`too_long` for a text, `too_many` for a list), and nothing of it is stored. What was released before there was
a limit can still be read.

Numbers have at most nine digits before the point and six after it; how they may be written, and how long conditions
and guards may be, stands in [Conditions and guards](conditions.md). An id or a number in an address, a filter or a form
that is larger than the database can hold is simply not there. A noise budget is at most {MOST_ALERTS:,} alerts per
person per week, and at most {MOST_PEOPLE:,} people alert one by one.
"""


def page() -> str:
    """The text of docs/limits.md, from the table of limits."""
    return "\n".join([HEAD, *_texts(), "", *_lists(), "", *_rows(), "", *_runs(), ""])


def _written(field: str) -> str:
    return f"`{field.rstrip('_')}`"


def _texts() -> Iterator[str]:
    yield from ("## Texts", "", "| of | key | characters |", "|---|---|---|")
    for noun, fields in TEXTS.items():
        yield from (f"| {noun} | {_written(field)} | {limit:,} |" for field, limit in fields.items())
    yield f"| why something was done: comments, messages of releases, notes | | {REASON:,} |"
    yield f"| a key that is not ours | its name | {EXTRA_KEY:,} |"
    yield f"| a key that is not ours | all that stands under it | {EXTRA_KEYS.each:,} |"


def _lists() -> Iterator[str]:
    yield from ("## Lists", "", "| of | key | items | characters of each |", "|---|---|---|---|")
    for noun, fields in LISTS.items():
        for field, limit in fields.items():
            yield f"| {noun} | {_written(field)} | {limit.items:,} | {f'{limit.each:,}' if limit.each else ''} |"
    yield f"| anything | keys that are not ours | {EXTRA_KEYS.items:,} | |"


def _rows() -> Iterator[str]:
    yield from ("## How many there may be", "", "| of | at most |", "|---|---|")
    yield from (f"| {kind} | {most:,} |" for kind, most in ROWS.items())


def _runs() -> Iterator[str]:
    yield from ("## What is said and done about runs", "", "| of | at most |", "|---|---|")
    yield from (f"| {what} | {most:,} |" for what, most in RUN_LIMITS.items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
