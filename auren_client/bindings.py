"""What an agent watches, as one thing that never changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.watched import BodyError, WatchedAgent, WatchedBinding, WatchedHandOff
from contracts.watched_reading import read_agent


@dataclass(frozen=True, slots=True)
class Served:
    """What came with the bindings. ``confirmed`` is by the clock people read, in seconds; ``age`` is how old
    the server said its own knowledge was then. ``kept`` is for how many days it keeps observations, 0 where it did not
    say so."""

    etag: str = ""
    release: int | None = None
    channel: str = ""
    confirmed: float = 0.0
    age: float = 0.0
    kept: int = 0


@dataclass(frozen=True, eq=False)
class Bindings(Mapping[str, WatchedBinding]):
    """An agent's bindings by KPI, out of one release. Read-only, and safe to share between threads.

    ``release`` is the release that the server last served them from; a release that does not touch the agent
    changes the number and nothing else.
    """

    watched: WatchedAgent
    served: Served
    body: bytes = field(repr=False)
    _by_kpi: Mapping[str, WatchedBinding] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_kpi", {binding.kpi: binding for binding in self.watched.bindings})

    def __getitem__(self, kpi: str) -> WatchedBinding:
        return self._by_kpi[kpi]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_kpi)

    def __len__(self) -> int:
        return len(self._by_kpi)

    @property
    def agent(self) -> str:
        """The agent's name."""
        return self.watched.name

    @property
    def enabled(self) -> bool:
        """Whether the agent is meant to work at all."""
        return self.watched.enabled

    @property
    def hand_offs(self) -> tuple[WatchedHandOff, ...]:
        """Whom the agent asks, and from which severity on."""
        return self.watched.hand_offs

    @property
    def release(self) -> int | None:
        """The release's number; None where the server did not say."""
        return self.served.release

    @property
    def channel(self) -> str:
        """The channel that leads to the release; "" where the server did not say."""
        return self.served.channel

    @property
    def etag(self) -> str:
        """The server's own mark of these very bytes."""
        return self.served.etag


def read_bindings(body: bytes, agent: str, served: Served) -> Bindings:
    """The bindings of an answer or a kept file. Raises BodyError."""
    try:
        data: Any = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise BodyError(f"this is not JSON: {error}") from error
    watched = read_agent(data)
    if watched.name != agent:
        raise BodyError(f"these are the bindings of {watched.name[:60]}, not of {agent}")
    return Bindings(watched, served, body)
