"""The order of named things: whether it changed, and what becomes of it where a file names only some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def is_reordered(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether those that both have come in another order."""
    old, new = list(dict.fromkeys(before)), list(dict.fromkeys(after))
    there, still = set(old), set(new)
    return [name for name in old if name in still] != [name for name in new if name in there]


def merged(here: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Everything in the order that is wanted; what that does not name stays behind what it stood behind."""
    named = set(wanted)
    followers: dict[str | None, list[str]] = {}
    last: str | None = None
    for name in here:
        if name in named:
            last = name
        else:
            followers.setdefault(last, []).append(name)
    order = [*followers.get(None, ())]
    for name in dict.fromkeys(wanted):
        order += [name, *followers.get(name, ())]
    return order
