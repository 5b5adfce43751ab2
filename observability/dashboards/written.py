"""JSON that people can compare line by line and that is not mostly blanks: what is short stands on one line."""

from __future__ import annotations

from typing import Any, Final

import orjson

SHORT: Final = 400
"""Bytes of the longest list or object that stays on one line."""


def written(content: dict[str, Any]) -> str:
    """A document with sorted keys, which ends with a line break."""
    return "".join([*_parts(content, "\n"), "\n"])


def _parts(value: Any, line: str) -> list[str]:
    short = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if len(short) <= SHORT or not isinstance(value, (dict, list)):
        return [short.decode()]
    deeper, found = f"{line} ", []
    if isinstance(value, dict):
        for key in sorted(value):
            found += [",", deeper, orjson.dumps(key).decode(), ":", *_parts(value[key], deeper)]
        return ["{", *found[1:], line, "}"]
    for one in value:
        found += [",", deeper, *_parts(one, deeper)]
    return ["[", *found[1:], line, "]"]
