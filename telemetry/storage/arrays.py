"""Lists as PostgreSQL writes arrays: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT.

The driver looks at every item for its type and for characters to escape; a column of ours is of one kind.
"""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "NULL"


def array(values: Sequence[object]) -> str:
    """The literal of numbers, truths or texts, with nothing in between."""
    kind = next((type(value) for value in values if value is not None), None)
    if kind is None:
        items = [NOTHING] * len(values)
    elif kind is str:
        items = [NOTHING if value is None else _quoted(value) for value in values]  # type: ignore[arg-type]
    elif None in values:
        items = [NOTHING if value is None else str(value) for value in values]
    else:
        items = [*map(str, values)]
    return "{" + ",".join(items) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
