"""Whether two rules mean the same, however they are written: Prometheus lays out what it has loaded in its own way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import promql_parser

from observability.drift.rules import Rule

_BLANKS: Final = re.compile(r"\s+")
_EXACT: Final = 1e-9


@lru_cache(maxsize=50_000)
def canonical(query: str) -> str:
    """The query as the parser writes it; one that it cannot read, with its blanks made one."""
    try:
        return promql_parser.parse(query).prettify()
    except ValueError:
        return _BLANKS.sub(" ", query).strip()


def differences(ours: Rule, other: Rule) -> Iterator[str]:
    """The parts of a rule that mean something else, by the names that rule files have for them."""
    if ours.query != other.query and canonical(ours.query) != canonical(other.query):
        yield "expr"
    if abs(ours.for_ - other.for_) > _EXACT:
        yield "for"
    if abs(ours.keep_firing_for - other.keep_firing_for) > _EXACT:
        yield "keep_firing_for"
    for part in ("labels", "annotations"):
        mine, theirs = getattr(ours, part), getattr(other, part)
        for name in sorted({*mine, *theirs}):
            if mine.get(name) != theirs.get(name):
                yield f"{part}.{name}"


def is_same(ours: Rule, other: Rule) -> bool:
    """Whether nothing differs."""
    return not any(differences(ours, other))
