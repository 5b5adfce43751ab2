"""Everything that is served, at one moment: immutable, and swapped as a whole for the next."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bindings.models.token import digest_of, token_parts
from releases.models.channel import PRODUCTION
from releases.serving.bodies import Body

Bodies = Mapping[str, Body]
"""By address below the API's root, such as ``agents/NEUROS/bindings``."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A channel: the release it is on, if any, and what is served about itself."""

    number: int | None
    body: Body


@dataclass(frozen=True, slots=True)
class Grant:
    """A usable token, without its secret: what a request with it may read.

    ``expires`` is a time as `time.time()` counts; infinity where there is no end.
    """

    pk: int
    key: str
    digest: str
    agent_name: str
    scopes: tuple[str, ...]
    expires: float

    def holder_lacks(self, scope: str, permissions: Iterable[str]) -> tuple[str, ...]:
        """All of them: a grant is for reading, and nobody answers for what it would change."""
        return tuple(permissions)

    def accepts(self, secret: str) -> bool:
        """Whether this is its secret; takes as long for a wrong one."""
        return hmac.compare_digest(self.digest, digest_of(secret))


class Source(Protocol):
    """Where an answer comes from: the database, or the shelf while the database is away."""

    def pointer(self, channel: str) -> Pointer | None:
        """The channel; None where there is none of that name."""

    def followed(self, agent: str) -> str:
        """The channel that the agent follows; "" where nobody chose one."""

    def has(self, number: int) -> bool:
        """Whether agents may read this release."""

    def body(self, number: int, address: str) -> Body | None:
        """What the release serves there."""

    def agents(self, number: int) -> list[str]:
        """The names of the agents that the release serves."""


@dataclass(frozen=True)
class Stock:
    """What there is to read. ``revision`` is the serving revision it was read at, or after.

    ``digests`` say which content a number stands for. ``pages`` is what the front has prepared of it so far.
    """

    revision: int
    pointers: Mapping[str, Pointer]
    following: Mapping[str, str]
    releases: Mapping[int, Bodies]
    digests: Mapping[int, str]
    prints: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)
    """By digest, for each agent what its bodies were made of; nothing for what was read from a file."""
    pages: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def pointer(self, channel: str) -> Pointer | None:
        """The channel; None where there is none of that name."""
        return self.pointers.get(channel)

    def followed(self, agent: str) -> str:
        """The channel that the agent follows; "" where nobody chose one."""
        return self.following.get(agent, "")

    def has(self, number: int) -> bool:
        """Whether it is here."""
        return number in self.releases

    def body(self, number: int, address: str) -> Body | None:
        """What the release serves there."""
        return self.releases[number].get(address)

    def agents(self, number: int) -> list[str]:
        """The names of the agents that the release serves."""
        places = (address.split("/") for address in self.releases[number])
        return [place[1] for place in places if place[0] == "agents" and place[2] == "bindings"]


@dataclass(frozen=True)
class Shelf:
    """What there is to read, and who may. ``seats`` is what the front remembers of who asked."""

    stock: Stock
    grants: Mapping[str, Grant]
    seats: dict[bytes, Any] = field(default_factory=dict, compare=False, repr=False)

    def grant(self, authorization: str, now: float) -> Grant | None:
        """The token that an `Authorization` header brings, if it counts now."""
        words = authorization.encode("latin-1", "replace").split()
        if len(words) != 2 or words[0].lower() != b"bearer":
            return None
        parts = token_parts(words[1].decode("latin-1"))
        found = self.grants.get(parts[0]) if parts else None
        if parts is None or found is None or not found.accepts(parts[1]) or found.expires <= now:
            return None
        return found


def channel_for(source: Source, *, asked: str, caller: str, agent: str) -> str:
    """The channel that counts: the one asked for, else the caller's, else that of the agent asked about.

    ``caller`` and ``agent`` are agents' names or "".
    """
    return asked or (caller and source.followed(caller)) or (agent and source.followed(agent)) or PRODUCTION
