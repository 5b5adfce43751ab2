"""What an action is, in plain words: from the catalogue of the release by whose contract it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.action_words import ActionWords
from protocols.pages.prose import spaced
from releases.services import action_words_of


class Wording(dict[str, ActionWords]):
    """The words of actions by name; of what no catalogue has, the name itself."""

    def __missing__(self, name: str) -> ActionWords:
        return ActionWords(spaced(name), "", (), None)


class Wordings(dict[int, Wording]):
    """The words of actions by the number of the release that asked for them."""

    def __missing__(self, release: int) -> Wording:
        return Wording()


def wordings(releases: Iterable[int]) -> Wordings:
    """Of these releases; one narrow query, and a second one for those that this process has not read yet."""
    return Wordings({release: _titled(words) for release, words in action_words_of(releases).items()})


def _titled(found: Mapping[str, ActionWords]) -> Wording:
    return Wording(
        {name: one if one.title else one._replace(title=spaced(name)) for name, one in found.items()}
    )
