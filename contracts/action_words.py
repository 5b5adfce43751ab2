"""What a page says of an action, for people who never saw a contract."""

from __future__ import annotations

from typing import NamedTuple

from contracts.documents import ActionKindDocument, ActionsDocument


class ActionWords(NamedTuple):
    """An action in plain words. ``reversible`` is None where nobody has said whether it can be undone."""

    title: str
    description: str
    agents: tuple[str, ...]
    reversible: bool | None

    @classmethod
    def of(cls, action: ActionKindDocument) -> ActionWords:
        """The words of an action of the catalogue."""
        return cls(action.title, action.description, tuple(action.agents), action.reversible)


def words_in(catalogue: ActionsDocument) -> dict[str, ActionWords]:
    """The words of every action of a catalogue, by the name that bindings call it by."""
    return {name: ActionWords.of(action) for name, action in catalogue.actions.items()}
