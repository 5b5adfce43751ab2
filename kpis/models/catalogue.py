"""The actions that a threshold can recommend: an app above this one keeps their catalogue; none is known here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contracts.documents import ActionKindDocument

Catalogue = Mapping[str, ActionKindDocument]
CATALOGUES: list[Callable[[], Catalogue]] = []
"""Where to ask for it: an app joins when it is ready."""
MOST_OFFERED = 500
"""Actions that a form offers at most: a browser's list of more helps nobody."""


def known_actions() -> dict[str, ActionKindDocument]:
    """As much of each action as the rules and the forms of KPIs need: its title and its agents; one query."""
    return {name: action for read in CATALOGUES for name, action in read().items()}


def offered_actions() -> list[tuple[str, str]]:
    """Names and titles of the actions that a form offers for a threshold."""
    return [(name, action.title) for name, action in sorted(known_actions().items())[:MOST_OFFERED]]
