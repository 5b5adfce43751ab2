"""What a report's page shows of its entries: those that were asked for, and what else could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bindings.reports.entries import Entry
from contracts.checks import RULES
from contracts.texts import folded

MOST_OPTIONS = 40
"""Of more values than this a filter offers the most frequent; the search finds the others."""
NEW, STAYING = "new", "staying"
_OF: Mapping[str, Callable[[Entry], str]] = {
    "level": lambda entry: entry.level,
    "rule": lambda entry: entry.rule,
    "agent": lambda entry: entry.agent,
    "kpi": lambda entry: entry.kpi,
    "owner": lambda entry: entry.owner,
}
TITLES = {
    "level": "Level",
    "state": "Since",
    "rule": "Rule",
    "agent": "Agent",
    "kpi": "KPI",
    "owner": "Owner",
}
"""The filters in their order."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter: how many findings have it, and the address that asks for it."""

    label: str
    count: int
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter with its options; ``chosen`` is the label of the one that is set, "" where none is."""

    title: str
    chosen: str
    clear: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The entries that were asked for, and how to ask otherwise."""

    entries: list[Entry]
    choices: tuple[Choice, ...]
    query: str
    is_filtered: bool


def show(entries: Iterable[Entry], asked: Mapping[str, str], stamp: str) -> Shown:
    """The entries that match ``asked`` (filters by name, and ``q`` to search for), in their order.

    ``stamp`` is the time of the report: what is known since then is new. A filter counts what there would be
    if it alone were set otherwise. What is asked for and is no filter is left alone.
    """
    wanted = {name: asked[name] for name in (*TITLES, "q") if asked.get(name)}
    counts: dict[str, Counter[str]] = {name: Counter() for name in TITLES}
    shown: list[Entry] = []
    of: dict[str, Callable[[Entry], str]] = {
        **_OF,
        "state": lambda entry: NEW if entry.since == stamp else STAYING,
    }
    for entry in entries:
        missed = [name for name, value in wanted.items() if not _matches(name, value, of, entry)]
        if not missed:
            shown.append(entry)
        elif len(missed) == 1 and missed != ["q"]:
            counts[missed[0]][of[missed[0]](entry)] += 1
    for name in TITLES:
        counts[name].update(map(of[name], shown))
        del counts[name][""]
    choices = tuple(_choice(name, counts[name], wanted) for name in TITLES)
    return Shown(shown, tuple(c for c in choices if c.options), urlencode(wanted), bool(wanted))


def _matches(name: str, wanted: str, of: Mapping[str, Callable[[Entry], str]], entry: Entry) -> bool:
    if name != "q":
        return of[name](entry) == wanted
    text = folded(f"{entry.subject}\n{entry.message}\n{entry.rule}\n{entry.owner}")
    return all(word in text for word in folded(wanted).split())


def _choice(name: str, counts: Counter[str], wanted: Mapping[str, str]) -> Choice:
    others = {key: value for key, value in wanted.items() if key != name}
    chosen = wanted.get(name, "")
    common = [value for value, _ in counts.most_common(MOST_OPTIONS)]
    if name not in ("level", "state"):
        common.sort()
    if chosen and chosen not in common:
        common.insert(0, chosen)
    options = tuple(
        Option(_label(name, value), counts[value], urlencode(others | {name: value}), value == chosen)
        for value in common
    )
    return Choice(TITLES[name], _label(name, chosen) if chosen else "", urlencode(others), options)


def _label(name: str, value: str) -> str:
    if name == "rule" and value in RULES:
        return f"{value} {RULES[value].title}"
    return (
        {NEW: "new in this report", STAYING: "there before"}.get(value, value) if name == "state" else value
    )
