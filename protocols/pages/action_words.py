"""What an action is, in plain words: from the catalogue of the release by whose contract it was asked for."""

from __future__ import annotations

from contracts.action_words import ActionWords
from protocols.pages.prose import spaced
from releases.services import action_words


class Wording(dict[str, ActionWords]):
    """The words of actions by name; of what no catalogue has, the name itself."""

    def __missing__(self, name: str) -> ActionWords:
        return ActionWords(spaced(name), "", (), None)


def words_of(release: int) -> Wording:
    """By a release's number; one narrow query."""
    found = action_words(release)
    return Wording(
        {name: one if one.title else one._replace(title=spaced(name)) for name, one in found.items()}
    )
