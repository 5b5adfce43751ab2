"""What an action is, in plain words: from the catalogue of the release by whose contract it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from protocols.pages.prose import spaced


class ActionWords(NamedTuple):
    """``reversible`` is None where nobody has said."""

    title: str
    description: str = ""
    agents: tuple[str, ...] = ()
    reversible: bool | None = None


class Wording(dict[str, ActionWords]):
    """The words of actions by name; of what no catalogue has, the name itself."""

    def __missing__(self, name: str) -> ActionWords:
        return ActionWords(spaced(name))


def words_of(release: int) -> Mapping[str, ActionWords]:
    """By a release's number."""
    return Wording()
