"""What changed, as a report for people and for other programs: text, json, markdown."""

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from contracts.diff import Change, ChangeClass
from contracts.formats.markdown import plain
from contracts.formats.printable import printable

DIFF_FORMATS = ("text", "json", "markdown")
"""The names of the formats."""
VERSION = 1
"""Of the JSON: rises when a key is removed or changes its meaning; new keys may come at any time."""

_COLORS = {
    ChangeClass.BREAKING: "\x1b[31m",
    ChangeClass.BEHAVIOURAL: "\x1b[33m",
    ChangeClass.COSMETIC: "\x1b[36m",
}
_OFF = "\x1b[0m"
_WIDTH = max(map(len, ChangeClass))


def render_changes(changes: Sequence[Change], format: str, *, color: bool = False) -> str:
    """The changes as text of one of DIFF_FORMATS, with a final newline. ``color`` is for a terminal.

    Raises ValueError for a format that does not exist.
    """
    if format == "text":
        return "".join(f"{line}\n" for line in (*_lines(changes, color), summary(changes)))
    if format == "json":
        return _json(changes_data(changes)) + "\n"
    if format == "markdown":
        return _markdown(changes)
    raise ValueError(f"there is no format {format!r}; there are {', '.join(DIFF_FORMATS)}")


def summary(changes: Sequence[Change]) -> str:
    """How many changes of which class: ``1 breaking and 2 cosmetic changes.``"""
    counts = Counter(change.kind for change in changes)
    told = [f"{counts[kind]:,} {kind}" for kind in _worst_first() if counts[kind]]
    if not told:
        return "No differences."
    *others, last = told
    counted = f"{', '.join(others)} and {last}" if others else last
    return f"{counted} change{'' if len(changes) == 1 else 's'}."


def changes_data(changes: Sequence[Change], most: int | None = None) -> dict[str, Any]:
    """The changes as plain data; ``before`` and ``after`` are null where there is nothing.

    At most so many of them, the worst first; the summary counts them all.
    """
    shown = changes if most is None or len(changes) <= most else sorted(changes, key=_by_rank)[:most]
    return {
        "version": VERSION,
        "summary": {kind.value: sum(change.kind is kind for change in changes) for kind in _worst_first()},
        "changes": [
            {
                "class": change.kind.value,
                "subject": change.subject,
                "path": list(change.path),
                "before": _jsonable(change.before),
                "after": _jsonable(change.after),
                "words": printable(change.words),
            }
            for change in shown
        ],
        "left_out": len(changes) - len(shown),
    }


def _by_rank(change: Change) -> int:
    return -change.kind.rank


def _worst_first() -> list[ChangeClass]:
    return sorted(ChangeClass, key=lambda kind: -kind.rank)


def _lines(changes: Sequence[Change], color: bool) -> list[str]:
    lines = []
    for change in changes:
        kind = f"{change.kind:<{_WIDTH}}"
        lines.append(f"{_COLORS[change.kind] + kind + _OFF if color else kind}  {printable(change.words)}")
    return lines


def _markdown(changes: Sequence[Change]) -> str:
    lines = [f"**{summary(changes)}**"]
    if changes:
        rows = [f"| {change.kind} | {plain(printable(change.words))} |" for change in changes]
        lines += ["", "| Class | Change |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _json(data: dict[str, Any]) -> str:
    """JSON that says exactly what the data do, with an escape for each character that cannot be shown."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return "".join(sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)


def _jsonable(value: Any) -> Any:
    """The value with its decimals as JSON numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    return [_jsonable(item) for item in value] if isinstance(value, list) else value
