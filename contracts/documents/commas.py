"""Decimal commas: in braces, `{min: 0,8}` is YAML for a minimum of 0 and a key `8` without a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.documents.base import Document
from contracts.documents.problems import finding
from contracts.documents.registry import Range
from contracts.documents.roster import RosterAgent, RosterDocument
from contracts.documents.shapes import subject_of
from contracts.findings import Finding, Path
from contracts.yamlnodes import Plain, YamlMapping, YamlSource

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_ENDS_IN_DIGIT = re.compile(r".*[0-9]", re.DOTALL)
_SHOWN = 40
# What older files hold under keys of their own that numbers stand in.
_OLDER = ("range", "thresholds")


def split_numbers(parts: Iterable[tuple[Path, Document]], source: YamlSource) -> list[Finding]:
    """An error for every key that is the rest of a number with a decimal comma."""
    found: list[Finding] = []
    for path, part in parts:
        found += [
            _split(path, key, source) for key, value in part.extra.items() if _is_rest(part, key, value)
        ]
        for older in _OLDER:
            found += [_split((*path, older), key, source) for key in split_keys(part.extra.get(older))]
    return found


def split_keys(values: object) -> Iterator[str]:
    """The keys of a mapping of numbers or conditions that can only be rests of numbers."""
    for key, value in values.items() if isinstance(values, Mapping) else ():
        if _NUMBER.fullmatch(key) or (value is None and key[:1].isdigit()):
            yield key


def _is_rest(part: Document, key: str, value: Any) -> bool:
    if value is None and (key[:1].isdigit() or isinstance(part, Range)):
        return True
    # A roster holds much of others, whose keys may well be numbers.
    return not isinstance(part, (RosterDocument, RosterAgent)) and bool(_NUMBER.fullmatch(key))


def _split(path: Path, key: str, source: YamlSource) -> Finding:
    shown = key if len(key) <= _SHOWN else key[:_SHOWN] + "…"
    return finding(
        "decimal_comma",
        (*path, key),
        f"`{shown}` stands alone, as if a comma had cut a number in two.",
        _way_out(source.node(path), key) if shown == key else "Write a decimal point, such as 0.8.",
        place=source.locate((*path, key), key=True),
        file=source.file,
        subject=subject_of(path, source),
    )


def _way_out(node: Any, key: str) -> str:
    """The number put together again, where what stands before the key is the beginning of one."""
    before = _value_before(node, key) if isinstance(node, YamlMapping) else ""
    if not key[:1].isdigit() or not _ENDS_IN_DIGIT.fullmatch(before) or len(before) > _SHOWN:
        return "Write a decimal point, such as 0.8, and a value for every key."
    point = f"Write it with a decimal point: {before}.{key}."
    return f"{point} For thousands, write {before}{key}." if len(key) == 3 and key.isdigit() else point


def _value_before(mapping: YamlMapping, key: str) -> str:
    keys = [*mapping]
    at = keys.index(key) if key in mapping else 0
    value = mapping[keys[at - 1]] if at else None
    return str(value) if isinstance(value, Plain) else ""
