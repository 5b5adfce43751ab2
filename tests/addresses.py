"""Every address of the site, taken from its URL patterns, with any text in place of their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

_ARGUMENT = re.compile(r"<(?:[^>:]*:)?(\w+)>")

HOSTILE = (
    "0",
    "-1",
    str(2**31),
    str(2**63),
    str(2**64),
    "1" + "0" * 40,
    "9" * 5_000,
    "%00",
    "1%00",
    "%ED%A0%80",
    "%C2%B2",
    "%D9%A3",
    "x" * 3_000,
    "_5F",
    "%27%22%3C",
)
"""What no row is called, as it stands in an address."""


def addresses(fill: Callable[[str], str]) -> Iterator[str]:
    """Each address once, with ``fill(argument's name)`` in place of its arguments."""
    yield from dict.fromkeys(path for path, _ in walk(fill))


def walk(fill: Callable[[str], str]) -> Iterator[tuple[str, URLPattern]]:
    """Each address with its pattern."""
    for prefix, pattern in _patterns(get_resolver().url_patterns, ()):
        yield "/" + "".join(_filled(part, fill) for part in (*prefix, pattern.pattern)), pattern


def arguments() -> set[str]:
    """The names of every argument of any address."""
    found: set[str] = set()

    def note(name: str) -> str:
        found.add(name)
        return "x"

    list(addresses(note))
    return found


def _patterns(patterns: list[Any], prefix: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, (*prefix, pattern.pattern))
        else:
            yield prefix, pattern


def _filled(pattern: Any, fill: Callable[[str], str]) -> str:
    if isinstance(pattern, RoutePattern):
        return _ARGUMENT.sub(lambda match: fill(match[1]), str(pattern))
    return _of_regex(pattern._regex, fill)


def _of_regex(regex: str, fill: Callable[[str], str]) -> str:
    """A regular expression of an address as one address: its groups filled, the slash at its end left in."""
    regex = regex.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    found, at = "", 0
    while at < len(regex):
        group = re.compile(r"\(\?P<(\w+)>").match(regex, at)
        if group is None:
            found += regex[at]
            at += 1
            continue
        depth, at = 1, group.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(regex[at], 0)
            at += 1
        found += fill(group[1])
    return found.replace("/?", "/").replace("\\.", ".").replace("\\", "")
