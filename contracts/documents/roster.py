"""The roster of all agents: `roster.yaml`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from contracts.documents.base import AtMost, Document, Text, Truth, number_for_json, read_number
from contracts.documents.registry import FORMAT_VERSION
from contracts.limits import DATE, LISTS, VERSION, WORD
from contracts.yamltree import Plain

_TAGS = LISTS["an agent"]["tags"]

Tag = Annotated[Text, AtMost(_TAGS.each)]


def _number_or_text(value: Any) -> Decimal | str:
    """Rosters in use write `version: 1.1`, a number; it stays one, so that the export equals the file."""
    if isinstance(value, str) and len(value) > VERSION:
        raise PydanticKnownError("string_too_long", {"max_length": VERSION})
    if isinstance(value, Plain):
        try:
            return read_number(value)
        except PydanticCustomError:
            return str(value)
    return value if isinstance(value, str) else read_number(value)


def _version_for_json(value: Decimal | str) -> int | float | str:
    return value if isinstance(value, str) else number_for_json(value)


Version = Annotated[
    Decimal | str,
    PlainValidator(_number_or_text),
    PlainSerializer(_version_for_json, when_used="json"),
    WithJsonSchema({"type": ["string", "number"]}),
]


class RosterAgent(Document):
    """One AI agent."""

    noun = "an agent"
    always_written = frozenset({"enabled"})

    enabled: Truth = Field(default=True, description="Whether the agent runs.")
    status: Annotated[Text, AtMost(WORD)] = Field(
        default="",
        description="How far it is built.",
        examples=["alpha", "beta", "prod", "todo"],
    )
    role: Text = Field(default="", description="What the agent is for.")
    tags: Annotated[list[Tag], AtMost(_TAGS.items)] = Field(
        default_factory=list, description="Words to find it by."
    )


class RosterDocument(Document):
    """All agents by name."""

    noun = "a roster"
    always_written = frozenset({"version"})

    version: Version = Field(default=FORMAT_VERSION, description="The format's version.")
    last_updated: Annotated[Text, AtMost(DATE)] = Field(
        default="", description="The date of the last change, such as `2025-07-31`."
    )
    agents: Annotated[dict[Text, RosterAgent], AtMost(LISTS["a roster"]["agents"].items)] = Field(
        description="The agents by name."
    )


__all__ = ["RosterAgent", "RosterDocument"]
