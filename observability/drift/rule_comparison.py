"""Rules that Prometheus has loaded, seen from a release: what is missing, extra, edited, or only not loaded yet.

Where something differs, it is asked where that may come from. What is exactly as another release gives it was loaded
from an earlier export, and edited by nobody. Of what is absent there is nothing to compare: there it counts what
most of the loaded rules are from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

from observability.drift.candidates import Candidate
from observability.drift.findings import Difference, Kind, Place
from observability.drift.meaning import differences, is_same
from observability.drift.rules import Groups, Rule, RuleGroup, groups_in

PREFIX = "auren_"
"""Of the names of our groups."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule as the release gives it and as it is loaded; one of them may be None."""

    group: str
    ours: Rule | None
    loaded: Rule | None


class Origin:
    """A candidate with its groups read, found by the names of group and rule."""

    def __init__(self, candidate: Candidate, groups: Groups) -> None:
        self.candidate = candidate
        self.groups = groups
        self._rules = {name: _by_key(group) for name, group in groups.items()}

    def has(self, group: str, rule: Rule) -> bool:
        """Whether it gives exactly this rule."""
        return any(is_same(one, rule) for one in self._named(group, rule))

    def lacks(self, group: str, rule: Rule) -> bool:
        """Whether it has no rule of this name."""
        return not self._named(group, rule)

    def is_edited(self, group: str) -> bool:
        """Whether the group's file was edited by hand."""
        return group in self.groups and self.groups[group].file in self.candidate.edited

    def _named(self, group: str, rule: Rule) -> Sequence[Rule]:
        return self._rules.get(group, {}).get(rule.key, ())


def compare_rules(
    wanted: Groups, loaded: Sequence[RuleGroup], candidates: Callable[[], Iterable[Candidate]]
) -> list[Difference]:
    """Everything that differs; ``candidates`` is asked only where something does."""
    files = {PurePosixPath(group.file).name for group in wanted.values()}
    ours = [
        group
        for group in loaded
        if group.name in wanted
        or group.name.startswith(PREFIX)
        or (group.file and PurePosixPath(group.file).name in files)
    ]
    merged = _by_name(ours)
    pairs = [pair for name in {**wanted, **merged} for pair in _pairs(name, wanted, merged)]
    changed = [pair for pair in pairs if not (pair.ours and pair.loaded and is_same(pair.ours, pair.loaded))]
    attributes = list(_attributes(wanted, merged))
    if not changed and not attributes:
        return []
    origins = [Origin(one, groups_in(one.files)) for one in candidates()]
    base = _base(wanted, merged, origins)
    found = [_judged(pair, origins, base) for pair in changed]
    return [*found, *(_judged_group(name, parts, merged, origins) for name, parts in attributes)]


def _by_name(groups: Iterable[RuleGroup]) -> Groups:
    """Groups of one name, which Prometheus may have from two files, as one."""
    found: Groups = {}
    for group in groups:
        there = found.setdefault(
            group.name, RuleGroup(group.name, [], group.interval, group.limit, group.file)
        )
        there.rules.extend(group.rules)
    return found


def _pairs(name: str, wanted: Groups, loaded: Groups) -> Iterator[Pair]:
    """The rules of a group by their name: those that are the same first, the others in their order."""
    mine, theirs = _by_key(wanted.get(name)), _by_key(loaded.get(name))
    for key in {**mine, **theirs}:
        ours, other = list(mine.get(key, ())), list(theirs.get(key, ()))
        for rule in list(ours):
            if same := next((one for one in other if is_same(rule, one)), None):
                ours.remove(rule)
                other.remove(same)
        yield from (Pair(name, left, right) for left, right in zip_longest(ours, other))


def _by_key(group: RuleGroup | None) -> Mapping[tuple[str, str], list[Rule]]:
    found: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in group.rules if group else ():
        found[rule.key].append(rule)
    return found


def _attributes(wanted: Groups, loaded: Groups) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Groups whose interval or limit differs. Where a file says no interval, the server's own counts."""
    for name in wanted.keys() & loaded.keys():
        if parts := _other_attributes(wanted[name], loaded[name]):
            yield name, parts


def _other_attributes(ours: RuleGroup, loaded: RuleGroup) -> tuple[str, ...]:
    interval = ours.interval is not None and ours.interval != loaded.interval
    limit = ours.limit != loaded.limit
    return (*(["interval"] if interval else ()), *(["limit"] if limit else ()))


def _base(wanted: Groups, loaded: Groups, origins: Sequence[Origin]) -> Origin | None:
    """What most of the loaded rules are from; None for the release itself."""

    def score(of: Origin) -> int:
        return sum(of.has(name, rule) for name, group in loaded.items() for rule in group.rules)

    best, most = None, score(Origin(Candidate("", {}), wanted))
    for origin in origins:
        if not origin.candidate.edited and (reached := score(origin)) > most:
            best, most = origin, reached
    return best


def _judged(pair: Pair, origins: Sequence[Origin], base: Origin | None) -> Difference:
    """What a difference is."""
    rule = pair.ours or pair.loaded
    assert rule  # noqa: S101 - a pair has at least one
    if pair.loaded is None:
        kind, detail = Kind.MISSING, ""
        if base and base.lacks(pair.group, rule):
            kind, detail = _earlier(base, "has no such rule")
        return Difference(Place.PROMETHEUS, kind, rule.kind, rule.name, pair.group, detail=detail)
    parts = tuple(differences(pair.ours, pair.loaded)) if pair.ours else ()
    kind, detail = Kind.EDITED if pair.ours else Kind.EXTRA, ""
    if (base or pair.ours) and (origin := _origin(pair, pair.loaded, origins, base)):
        kind, detail = _earlier(origin, "has it like this" if pair.ours else "has it")
    elif pair.ours and (same := _edited_file(pair.group, pair.loaded, origins)):
        detail = f"It is as in {same}, which was edited by hand."
    return Difference(Place.PROMETHEUS, kind, rule.kind, rule.name, pair.group, parts, detail)


def _origin(pair: Pair, loaded: Rule, origins: Sequence[Origin], base: Origin | None) -> Origin | None:
    """What gives the loaded rule just so. One that should not be there at all must be of what the others are from."""
    for one in origins if pair.ours else [base] if base else ():
        if not one.is_edited(pair.group) and one.has(pair.group, loaded):
            return one
    return None


def _edited_file(group: str, loaded: Rule, origins: Sequence[Origin]) -> str:
    for one in origins:
        if one.is_edited(group) and one.has(group, loaded):
            return one.groups[group].file
    return ""


def _earlier(origin: Origin, has: str) -> tuple[Kind, str]:
    if origin.candidate.is_directory:
        return Kind.NOT_EXPORTED, f"The directory, which holds an earlier export, {has}."
    return Kind.NOT_LOADED, f"It is from an earlier export: {origin.candidate.name} {has}."


def _judged_group(name: str, parts: tuple[str, ...], loaded: Groups, origins: Sequence[Origin]) -> Difference:
    for one in origins:
        if (
            name in one.groups
            and not one.is_edited(name)
            and not _other_attributes(one.groups[name], loaded[name])
        ):
            kind, detail = _earlier(one, "has it like this")
            return Difference(Place.PROMETHEUS, kind, "group", name, parts=parts, detail=detail)
    return Difference(Place.PROMETHEUS, Kind.EDITED, "group", name, parts=parts)
