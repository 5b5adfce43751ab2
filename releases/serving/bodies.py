"""What a release serves, as bytes: rendered once, with an entity tag over exactly these bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from contracts.documents import RegistryDocument, as_data, write_bindings, write_registry
from contracts.release_pieces import ReleasePieces
from contracts.watching import UnknownAgent, Watching
from releases.models import Channel

JSON_TYPE = "application/json"
YAML_TYPE = "application/yaml"  # https://www.rfc-editor.org/rfc/rfc9512
GZIP_FROM = 1024
"""Bytes from which packing is worth it; a channel's own body stays below, so that its tag is always the same."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The bytes as they are sent, and their strong entity tag. ``encoding`` is "" or ``gzip``."""

    data: bytes
    etag: str
    encoding: str = ""

    @classmethod
    def of(cls, data: bytes, encoding: str = "") -> Variant:
        """The variant of these bytes; packed and plain ones never share a tag."""
        return cls(data, f'"{sha256(data).hexdigest()[:32]}"', encoding)


@dataclass(frozen=True, slots=True)
class Body:
    """One thing to serve: as it is, and packed where that makes it smaller."""

    content_type: str
    plain: Variant
    packed: Variant

    @classmethod
    def of(cls, text: str, content_type: str) -> Body:
        """The body of this text."""
        plain = Variant.of(text.encode())
        if len(plain.data) < GZIP_FROM:
            return cls(content_type, plain, plain)
        # No time of day in it: the same text has the same bytes.
        packed = gzip.compress(plain.data, 6, mtime=0)
        return cls(
            content_type, plain, Variant.of(packed, "gzip") if len(packed) < len(plain.data) else plain
        )

    def variant(self, *, packed: bool) -> Variant:
        """What is sent to who takes gzip, or to who does not."""
        return self.packed if packed else self.plain


class Renderer:
    """A release, rendered address by address; what agents share is worked out once."""

    def __init__(self, pieces: ReleasePieces) -> None:
        self._pieces = pieces
        self._watching = Watching(pieces)

    @property
    def agents(self) -> list[str]:
        """Every agent's name."""
        return list(self._watching.agents)

    @cached_property
    def _registry(self) -> RegistryDocument:
        return self._pieces.whole_registry

    def body(self, address: str) -> Body | None:
        """What the release serves at the address below the API's root; None where it has nothing there."""
        if address == "registry":
            return Body.of(as_json(as_data(self._registry)), JSON_TYPE)
        if address == "registry.yaml":
            return Body.of(write_registry(self._registry), YAML_TYPE)
        _, agent, kind = address.split("/")
        if kind == "bindings":
            try:
                return Body.of(as_json(self._watching.body(agent)), JSON_TYPE)
            except UnknownAgent:
                return None
        file = self._pieces.bindings.get(agent)
        return Body.of(write_bindings(file), YAML_TYPE) if file else None

    def all(self, known: Mapping[str, Mapping[str, Body]] = MappingProxyType({})) -> dict[str, Body]:
        """Everything the release serves, by address.

        ``known`` are the bodies of agents that were rendered before, by their prints
        (:attr:`contracts.release_pieces.ReleasePieces.prints`): they are taken as they are.
        """
        found = {address: self.body(address) for address in ("registry", "registry.yaml")}
        for agent in self.agents:
            addresses = of_agent(agent)
            before = known.get(self._pieces.prints[agent])
            found |= {address: before.get(address) if before else self.body(address) for address in addresses}
        return {address: body for address, body in found.items() if body is not None}


def of_agent(agent: str) -> tuple[str, ...]:
    """Where a release has what it serves of an agent."""
    return f"agents/{agent}/bindings", f"agents/{agent}/bindings.yaml"


def as_json(data: Any) -> str:
    """Compact JSON, in the order of the data; decimals are numbers."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_number)


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is nothing that JSON has")
    return int(value) if value == value.to_integral_value() else float(value)


def channel_body(channel: Channel) -> Body:
    """What `GET channels/{name}` serves; its tag is what a move must bring as `If-Match`.

    The same bytes as a list of channels has for this one.
    """
    data = {
        "name": channel.name,
        "release": channel.release.number if channel.release else None,
        "protected": channel.is_protected,
        "revision": channel.revision,
        "moved": channel.moved.isoformat().replace("+00:00", "Z") if channel.moved else None,
        "moved_by": channel.moved_by,
    }
    return Body.of(as_json(data), JSON_TYPE)
