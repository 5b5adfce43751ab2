"""Names: their pattern, which are taken, when two are the same, and which one was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""A KPI or an action: small letters, digits and underscores, beginning with a letter. Use with
``fullmatch``."""


@lru_cache(maxsize=8192)
def is_name(text: str) -> bool:
    """Whether a text is a name of a KPI or an action. Remembered: a registry uses few actions, again and again."""
    return NAME.fullmatch(text) is not None


AGENT_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
"""An agent: capital letters, digits and underscores, beginning with a letter."""
METRIC = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
"""A metric or a label. Prometheus also allows colons in metrics, but keeps them for recording rules:
https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels"""

# Labels that Prometheus or an exposition format sets itself, and what happens to one of ours under that name.
RESERVED_LABELS = {
    "le": "Prometheus keeps it for the buckets of a histogram",
    "quantile": "Prometheus keeps it for the quantiles of a summary",
    "job": "Prometheus sets it on every target it reads",
    "instance": "Prometheus sets it on every target it reads",
    "__name__": "Prometheus keeps the metric's own name in it",
}
# Labels whose value is new with every sample: each sample would be a time series of its own.
# https://prometheus.io/docs/practices/naming/#labels
UNBOUNDED_LABELS = frozenset(
    {
        "timestamp",
        "time",
        "datetime",
        "date",
        "ts",
        "value",
        "uuid",
        "event_id",
        "request_id",
        "trace_id",
        "span_id",
    }
)
RESERVED_NAMES = frozenset({*RESERVED_LABELS, "timestamp"})
"""Names that a KPI may not have, because they mean something else wherever KPIs end up."""

_INVISIBLE = "Cf"  # Unicode's category of format characters: zero-width joiners, bidi marks, soft hyphens


def fold(name: str) -> str:
    """What two names share that a person takes for the same one: ``HRV``, ``hrv `` and full-width ``ｈｒｖ``.

    NFKC, without invisible characters, case-folded (https://www.unicode.org/reports/tr15/).
    """
    if name.isascii():
        return name.strip().lower()
    visible = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != _INVISIBLE)
    return visible.strip().casefold()


class NearNames:
    """Finds what a mistyped name was meant to be.

    Comparing one name with many thousands takes long, so only those that share a word or a beginning with it
    are compared, and after ``limit`` questions no more are answered: a file of 10,000 unknown names must not
    cost minutes.
    """

    __slots__ = ("_asked", "_by_part", "_limit", "_names")

    def __init__(self, names: Iterable[str], limit: int = 500) -> None:
        self._names = dict.fromkeys(names)
        self._by_part: dict[str, list[str]] | None = None
        self._asked: dict[str, str] = {}
        self._limit = limit

    def nearest(self, name: str) -> str:
        """The closest known name, or "" when none is close."""
        if name not in self._asked:
            if len(self._asked) >= self._limit or len(name) > 120:
                return ""
            self._asked[name] = self._find(name)
        return self._asked[name]

    def question(self, name: str) -> str:
        """``Did you mean hrv_rmssd?``, or "" when nothing is close."""
        near = self.nearest(name)
        return f"Did you mean {near}?" if near else ""

    def _find(self, name: str) -> str:
        by_fold = {fold(known): known for known in self._similar(name)}
        near = get_close_matches(fold(name), by_fold, n=1, cutoff=0.7)
        return by_fold[near[0]] if near else ""

    def _similar(self, name: str) -> list[str]:
        if len(self._names) <= 100:
            return list(self._names)
        if self._by_part is None:
            self._by_part = {}
            for known in self._names:
                for part in _parts(known):
                    self._by_part.setdefault(part, []).append(known)
        found: dict[str, None] = {}
        for part in _parts(name):
            found.update(dict.fromkeys(self._by_part.get(part, [])[:100]))
        return list(found)


def _parts(name: str) -> set[str]:
    """What similar names are found by: words, the first and the last four letters."""
    folded = fold(name)
    return {*folded.split("_"), "^" + folded[:4], folded[-4:] + "$"}
