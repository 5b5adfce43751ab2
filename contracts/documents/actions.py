"""The catalogue of actions, `actions.yaml`: what a step is in plain words, who can take it, if it can be undone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.documents.base import AtMost, Document, Text, Truth
from contracts.documents.registry import FORMAT_VERSION
from contracts.documents.roster import Version
from contracts.limits import ACTION_KIND_LIMITS, DATE, LISTS

_AGENTS = LISTS["an action of the catalogue"]["agents"]

Implementer = Annotated[Text, AtMost(_AGENTS.each)]


class ActionKindDocument(Document):
    """What one action is, wherever a binding names it."""

    noun = "an action of the catalogue"

    title: Annotated[Text, AtMost(ACTION_KIND_LIMITS["title"])] = Field(
        default="", description="What it is, in a few plain words."
    )
    description: Annotated[Text, AtMost(ACTION_KIND_LIMITS["description"])] = Field(
        default="", description="What happens when it is taken, for somebody who never saw a contract."
    )
    agents: Annotated[list[Implementer], AtMost(_AGENTS.items)] = Field(
        default_factory=list, description="The agents that can take it."
    )
    reversible: Truth | None = Field(
        default=None, description="Whether it can be undone; left out where nobody has said."
    )
    owner: Annotated[Text, AtMost(ACTION_KIND_LIMITS["owner"])] = Field(
        default="", description="Who answers questions about it."
    )


class ActionsDocument(Document):
    """Every action by its name, as bindings name it."""

    noun = "a catalogue of actions"
    always_written = frozenset({"version"})

    version: Version = Field(default=FORMAT_VERSION, description="The format's version.")
    last_updated: Annotated[Text, AtMost(DATE)] = Field(
        default="", description="The date of the last change, such as `2025-07-31`."
    )
    actions: Annotated[
        dict[Text, ActionKindDocument], AtMost(LISTS["a catalogue of actions"]["actions"].items)
    ] = Field(description="The actions by name.")

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all: then there is no file of it, and no release mentions it."""
        return self == NO_ACTIONS


NO_ACTIONS = ActionsDocument.model_validate({"actions": {}})
"""The catalogue where there is none."""

__all__ = ["NO_ACTIONS", "ActionKindDocument", "ActionsDocument"]
