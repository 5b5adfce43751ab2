"""What both clients have in common: how they are made, and everything that needs no waiting."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypedDict

from auren_client.bindings import Bindings
from auren_client.engine import Engine, Event
from auren_client.errors import AurenError
from auren_client.inbox import Inbox
from auren_client.judging import Judge, Verdict
from auren_client.observing import aware, write_observation
from auren_client.outbox import BATCH, LONGEST, Outbox, Rejected
from auren_client.pace import Timing
from auren_client.status import Clock, Status
from auren_client.step_reports import RefusedReport, Report
from auren_client.store import Store, usual_path
from auren_client.wire import Address, Token
from contracts.decimals import Number
from contracts.evaluation import Observed, micros

USUAL: Final = "usual"
"""In place of a path: the file is where such files usually are, below the user's cache."""


class Options(TypedDict, total=False):
    """How a client may be made. ``agent`` and ``token`` are otherwise AUREN_AGENT and AUREN_TOKEN.

    ``channel`` or ``release`` choose what to follow; usually the server knows which channel the agent follows.
    ``file`` keeps the last bindings known to be good, None keeps none. A ``token`` that is a function is asked
    for each request.
    """

    agent: str
    token: Token
    channel: str
    release: int | None
    file: Path | str | None
    timing: Timing
    longest_queue: int
    batch: int
    clock: Clock
    chance: Callable[[], float]


class Desk:
    """A client without its way of waiting."""

    def __init__(self, url: str, options: Options) -> None:
        self._address = Address(
            url or _setting("AUREN_URL"),
            options.get("agent") or _setting("AUREN_AGENT"),
            options.get("token") or _setting("AUREN_TOKEN"),
            options.get("release"),
            options.get("channel", ""),
        )
        file = options.get("file", USUAL)
        path = usual_path(self._address) if file == USUAL else Path(file) if file is not None else None
        self._clock = options.get("clock", Clock())
        self._engine = Engine(
            self._address,
            Store(path, self._address),
            Outbox(options.get("longest_queue", LONGEST), options.get("batch", BATCH)),
            options.get("timing", Timing()),
            clock=self._clock,
            chance=options.get("chance", random.random),
            take=self._report,
        )
        self._closed = False
        self._judge = Judge()
        self._on_change: list[Callable[[Bindings], Any]] = []
        self._on_rejected: list[Callable[[Rejected], Any]] = []
        self._on_inbox: list[Callable[[Inbox], Any]] = []
        self._on_report_refused: list[Callable[[RefusedReport], Any]] = []

    def bindings(self) -> Bindings:
        """What the agent watches, from memory. Raises NoBindings before there are any, and says why."""
        return self._engine.bindings

    @property
    def staleness(self) -> float:
        """For how many seconds nobody has confirmed the bindings; infinite before there are any."""
        return self._engine.staleness

    @property
    def status(self) -> Status:
        """How fresh everything is, and what stands in the way."""
        return self._engine.status

    def on_change(self, listener: Callable[[Bindings], Any]) -> Callable[[Bindings], Any]:
        """Call this with the new bindings whenever they differ from the former ones. Also a decorator."""
        self._on_change.append(listener)
        return listener

    def on_rejected(self, listener: Callable[[Rejected], Any]) -> Callable[[Rejected], Any]:
        """Call this with each observation that the server refuses for good. Also a decorator."""
        self._on_rejected.append(listener)
        return listener

    def on_inbox(self, listener: Callable[[Inbox], Any]) -> Callable[[Inbox], Any]:
        """Call this with the new inbox whenever there is news in it. Also a decorator."""
        self._on_inbox.append(listener)
        if self._engine.runs.follow():
            self._woken()
        return listener

    def on_report_refused(self, listener: Callable[[RefusedReport], Any]) -> Callable[[RefusedReport], Any]:
        """Call this with each report about a run that the server refuses for good. Also a decorator."""
        self._on_report_refused.append(listener)
        return listener

    def observe(
        self,
        kpi: str,
        value: Number,
        *,
        user_id: str,
        at: datetime | None = None,
        measurement_source: str = "",
        unit: str = "",
        context: Mapping[str, object] | None = None,
    ) -> str:
        """Have an observation delivered; its id. ``at`` is now, unless given with its zone.

        It waits in memory until the server has it: briefly, or as long as the server is away. Raises OutboxFull
        when too many wait, ValueError and TypeError for a value that is no finite number.
        """
        if self._closed:
            raise AurenError("the client is closed")
        identity, body = write_observation(
            kpi,
            value,
            agent=self._address.agent,
            at=at or self._now(),
            user_id=user_id,
            measurement_source=measurement_source,
            unit=unit,
            context=context,
        )
        if self._engine.observe(identity, body):
            self._woken()
        return identity

    def evaluate(
        self,
        kpi: str,
        value: Number,
        *,
        user_id: str = "",
        at: datetime | None = None,
        measurement_source: str = "",
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        """What an observation means, by the bindings at hand and what this client was asked before.

        Nothing is sent. Each source is judged by itself, and the state is the worst of them. Observations of one
        source come in the order of their time; another one for its newest moment takes that one's place, and one that
        is older changes nothing. One from the future, or from before what the server keeps, is refused, as the server
        would. Raises NoBindings, NotBound and UnreadableBinding.
        """
        now = self._now()
        observed = Observed(value, micros(aware(at or now)), context, measurement_source)
        return self._judge.evaluate(self.bindings(), kpi, user_id, observed, micros(now))

    def state(self, kpi: str, *, user_id: str = "", at: datetime | None = None) -> Verdict:
        """What is so now, without a new observation: lengths of time run out, and data may be missing."""
        moment = micros(aware(at or self._now()))
        return self._judge.state(self.bindings(), kpi, user_id, moment)

    def _report(self, report: Report) -> None:
        """Have something delivered that was said about a run."""
        if self._closed:
            raise AurenError("the client is closed")
        self._engine.runs.take(report)
        self._woken()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall(), UTC)

    def _woken(self) -> None:
        """Something is to be done sooner than it was."""
        raise NotImplementedError

    def _called(self, event: Event) -> list[Callable[[], Any]]:
        """The listeners of what happened, ready to be called."""
        if isinstance(event, Rejected):
            return [partial(listener, event) for listener in self._on_rejected]
        if isinstance(event, RefusedReport):
            return [partial(listener, event) for listener in self._on_report_refused]
        if isinstance(event, Inbox):
            return [partial(listener, event) for listener in self._on_inbox]
        return [partial(listener, event) for listener in self._on_change]


def _setting(name: str) -> str:
    found = os.environ.get(name, "")
    if not found:
        raise ValueError(f"expected it as a parameter or as {name} in the environment")
    return found
