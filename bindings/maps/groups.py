"""A large roster in groups: by the first tag of its agents, else by who hands over to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bindings.maps.layers import Line, Member

GROUPS_AT_MOST = 24
"""More do not fit a screen."""
REST = "Other agents"


@dataclass(frozen=True, slots=True)
class Group:
    """Some agents. ``key`` names it in an address: it stays the same while its agents do."""

    key: str
    title: str
    members: tuple[Member, ...]


def grouped(members: Sequence[Member], lines: Sequence[Line]) -> list[Group]:
    """Every member in one group, in the roster's order; the same input gives the same groups."""
    named = by_tag(members) or by_hand_offs(members, lines)
    if len(named) <= GROUPS_AT_MOST:
        return named
    largest = sorted(named, key=lambda group: -len(group.members))[: GROUPS_AT_MOST - 1]
    kept = [group for group in named if group in largest]
    left = tuple(member for group in named if group not in largest for member in group.members)
    return [*kept, Group("others", REST, left)]


def by_tag(members: Sequence[Member]) -> list[Group]:
    """By the first tag; [] where not everybody has one, or all have the same, or hardly two do."""
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(member.tag, []).append(member)
    if "" in found or not 1 < len(found) <= max(2, len(members) // 3):
        return []
    return [Group(f"tag:{tag}", tag, tuple(some)) for tag, some in found.items()]


def by_hand_offs(members: Sequence[Member], lines: Sequence[Line]) -> list[Group]:
    """Those together that hand over to each other most; those without any hand-off are the last group."""
    names = {member.name for member in members}
    pairs = Counter(
        (min(ends), max(ends))
        for line in lines
        if (ends := (line.source, line.target)) and line.source != line.target and names.issuperset(ends)
    )
    at_most = max(12, len(members) // GROUPS_AT_MOST * 2)
    group_of = communities([member.name for member in members], pairs, at_most)
    joined = {name for pair in pairs for name in pair}
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(group_of[member.name] if member.name in joined else "", []).append(member)
    alone = found.pop("", [])
    groups = [Group(key, _title(some), tuple(some)) for key, some in found.items()]
    return groups + ([Group("alone", "Without hand-offs", tuple(alone))] if alone else [])


def _title(some: Sequence[Member]) -> str:
    others = len(some) - 1
    return some[0].name if not others else f"{some[0].name} and {others} other{'s' * (others > 1)}"


def communities(names: Sequence[str], pairs: Mapping[tuple[str, str], int], at_most: int) -> dict[str, str]:
    """The group of each name, called by its first one. In each round two groups become one that have the most to do
    with each other for their size, while they are not too large together."""
    place = {name: number for number, name in enumerate(names)}
    group_of = {name: name for name in names}
    while True:
        size, between = Counter(group_of.values()), _between(group_of, pairs)
        # Places are compared last, so that equal ones come in the roster's order.
        best = sorted(
            between, key=lambda two: (-between[two] / (size[two[0]] * size[two[1]]), *map(place.get, two))
        )
        into: dict[str, str] = {}
        for one, other in best:
            if one not in into and other not in into and size[one] + size[other] <= at_most:
                into[one] = into[other] = min(one, other, key=lambda name: place[name])
        if not into:
            return group_of
        group_of = {name: into.get(group, group) for name, group in group_of.items()}


def _between(group_of: Mapping[str, str], pairs: Mapping[tuple[str, str], int]) -> Counter[tuple[str, str]]:
    """How many hand-offs there are between two groups."""
    found: Counter[tuple[str, str]] = Counter()
    for (one, other), count in pairs.items():
        if (two := sorted((group_of[one], group_of[other])))[0] != two[1]:
            found[two[0], two[1]] += count
    return found
