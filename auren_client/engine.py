"""What the client does and when, without doing it: both clients, with threads and without, run this one.

A client asks :meth:`Engine.due` for what to send now, sends it, and hands the answer back to the errand; then it
waits for :meth:`Engine.wait` seconds, or until something new is to be done.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Literal, NamedTuple

from auren_client.bindings import Bindings, Served, read_bindings
from auren_client.errors import NoBindings, NotDelivered, Problem
from auren_client.inbox import Inbox
from auren_client.outbox import Answer, Outbox, Rejected
from auren_client.pace import Pace, Timing
from auren_client.run_work import RunWork
from auren_client.runs import Take
from auren_client.status import Clock, Status
from auren_client.step_reports import RefusedReport
from auren_client.store import Store
from auren_client.wire import NO_TOKEN, UNREADABLE, Address, Call, Errand, Reply, read_problem, unreachable
from contracts.watched import BodyError

KEEP_AGAIN = 300.0
"""After how many seconds the kept file is told that its bindings are still the right ones."""

_log = logging.getLogger("auren_client")


class Goal(NamedTuple):
    """Observations and reports that came in by a moment, or those of them that wait."""

    observations: int
    reports: int


Event = Bindings | Rejected | Inbox | RefusedReport


class Engine:
    """The state of one client. Reading is safe from any thread; errands are run by one at a time."""

    def __init__(
        self,
        address: Address,
        store: Store,
        outbox: Outbox,
        timing: Timing,
        *,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
        take: Take | None = None,
    ) -> None:
        self.outbox = outbox
        self.clock = clock or Clock()
        self.runs = RunWork(
            address,
            self.clock,
            chance,
            every=timing.inbox_every,
            slowest=timing.slowest,
            longest=outbox.longest,
            take=take,
        )
        self._address = address
        self._store = store
        self._timing = timing
        self._polling = Pace(timing.poll_every, timing.slowest, chance)
        self._sending = Pace(max(timing.send_after, 0.5), timing.slowest, chance)
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._problem: Problem | None = None
        self._delivery_problem: Problem | None = None
        self._source: Literal["server", "file", "nothing"] = "nothing"
        self._confirmed = -inf  # by the clock that never jumps
        self._kept = -inf
        self._poll_at = -inf
        self._send_at: float | None = None
        self._hurried = False
        self._polled = False
        self._bindings: Bindings | None = store.load()
        if self._bindings:
            self._source = "file"
            age = max(0.0, self.clock.wall() - self._bindings.served.confirmed)
            self._confirmed = self.clock.steady() - age

    # What is asked of it

    @property
    def bindings(self) -> Bindings:
        """The bindings. Raises NoBindings."""
        found = self._bindings
        if found is None:
            raise NoBindings(
                f"{self._address.agent} has no bindings yet: {self._problem or 'nothing asked yet'}"
            )
        return found

    @property
    def staleness(self) -> float:
        """For how many seconds nobody has confirmed the bindings; infinite before there are any."""
        found = self._bindings
        if found is None:
            return inf
        return max(0.0, self.clock.steady() - self._confirmed) + found.served.age

    @property
    def status(self) -> Status:
        """Everything about its freshness at once."""
        return Status(
            self.staleness,
            self._source,
            self._problem,
            self._polling.failures,
            len(self.outbox),
            self.outbox.rejected,
            self._delivery_problem,
            self.runs.staleness,
            self.runs.inbox_problem,
            len(self.runs.reports),
            self.runs.reports.refused,
            self.runs.report_problem,
        )

    @property
    def taken(self) -> Goal:
        """How many observations and how many reports came in so far."""
        return Goal(self.outbox.taken, self.runs.reports.taken)

    def undelivered(self, goal: Goal) -> Goal:
        """How many of those still wait."""
        reports = self.runs.reports
        return Goal(max(0, goal.observations - self.outbox.settled), max(0, goal.reports - reports.settled))

    def not_delivered(self, left: Goal, answers: list[Answer]) -> NotDelivered:
        """What to raise where some wait for too long."""
        problem = self._delivery_problem if left.observations else self.runs.report_problem
        return NotDelivered(left.observations, answers, problem, left.reports)

    # What it asks for

    def due(self) -> Errand | None:
        """What is to be sent now; None when it is time to wait."""
        now = self.clock.steady()
        if now >= self._poll_at:
            return self._poll()
        if self._sends_at(now) <= now and (delivery := self._delivery()):
            return delivery
        return self.runs.due()

    def wait(self) -> float:
        """The seconds until something is due."""
        now = self.clock.steady()
        return max(0.0, min(self._poll_at, self._sends_at(now), self.runs.next_at()) - now)

    def hurry(self) -> None:
        """Send what waits without waiting for more; what is held back after a failure stays held back."""
        self._hurried = True

    def observe(self, identity: str, body: bytes) -> bool:
        """Take an observation in; whether there is something to do sooner than before. Raises OutboxFull."""
        with self._lock:
            full = self.outbox.add(identity, body)
            if self._send_at is None:
                self._send_at = self.clock.steady() + self._timing.send_after
                return True
            return full

    def take_events(self) -> list[Event]:
        """What happened since the last time this was asked."""
        with self._lock:
            events, self._events = self._events, []
        return [*events, *self.runs.take_events()]

    def _poll(self) -> Errand | None:
        found = self._bindings
        try:
            return _Poll(self, self._address.poll(found.etag if found else ""))
        except Exception as error:  # a token may be fetched by code of the agent's own
            self.poll_failed(Problem(0, NO_TOKEN, f"there is no token to ask with: {error}"))
            return None

    def _delivery(self) -> Errand | None:
        try:
            return _Delivery(self, self._address.report(self.outbox.next_batch()))
        except Exception as error:
            self.delivery_failed(Problem(0, NO_TOKEN, f"there is no token to send with: {error}"))
            return None

    def _sends_at(self, now: float) -> float:
        with self._lock:
            if not len(self.outbox):
                self._hurried, self._send_at = False, None
                return inf
        if self._sending.failures or self._send_at is None:
            return self._send_at or now
        return now if self._hurried or self.outbox.has_batch else self._send_at

    # What comes back

    def poll_answered(self, reply: Reply) -> None:
        """The answer to a poll."""
        found = self._bindings
        served = Served(
            etag=reply.headers.get("etag", ""),
            release=reply.number("auren-release"),
            channel=reply.headers.get("auren-channel", ""),
            confirmed=self.clock.wall(),
            age=reply.seconds("auren-age"),
            kept=reply.number("auren-retention-days") or 0,
        )
        if reply.status == 304 and found:
            self._confirm(replace(found, served=replace(served, etag=found.etag)))
        elif reply.status == 200:
            try:
                fresh = read_bindings(reply.body, self._address.agent, served)
            except BodyError as error:
                self.poll_failed(Problem(reply.status, UNREADABLE, str(error)))
            else:
                self._confirm(fresh)
        else:
            self.poll_failed(read_problem(reply), reply.seconds("retry-after"))

    def poll_failed(self, problem: Problem, asked: float = 0.0) -> None:
        """No answer, or one that is of no use: the bindings stay as they are."""
        self._poll_at = self.clock.steady() + self._polling.after_failure(asked)
        if self._problem is None or self._problem.code != problem.code:
            _log.warning("Bindings of %s are not confirmed: %s", self._address.agent, problem)
        self._problem = problem

    def delivery_answered(self, reply: Reply) -> None:
        """The answer to a batch."""
        problem, rejected = self.outbox.answered(reply)
        if problem:
            self.delivery_failed(problem, reply.seconds("retry-after"))
            return
        self._sending.after_answer()
        self._delivery_problem = None
        self._send_at = self.clock.steady() + (0 if self.outbox.has_batch else self._timing.send_after)
        for item in rejected:
            _log.warning("An observation was refused (%s).", item.problem.code)
        with self._lock:
            self._events += rejected

    def delivery_failed(self, problem: Problem, asked: float = 0.0) -> None:
        """The batch is kept and sent again."""
        self._send_at = self.clock.steady() + self._sending.after_failure(asked)
        if self._delivery_problem is None or self._delivery_problem.code != problem.code:
            _log.warning("Observations of %s wait: %s", self._address.agent, problem)
        self._delivery_problem = problem

    def _confirm(self, fresh: Bindings) -> None:
        now, before = self.clock.steady(), self._bindings
        if self._problem:
            _log.warning("Bindings of %s are confirmed again.", self._address.agent)
        # Thousands of agents that start at once ask for the second time spread over a whole period.
        self._poll_at = now + (self._polling.after_answer() if self._polled else self._polling.spread())
        self._polled = True
        self._bindings, self._confirmed, self._problem, self._source = fresh, now, None, "server"
        changed = before is None or before.body != fresh.body
        if changed:
            with self._lock:
                self._events.append(fresh)
        if changed or now - self._kept >= KEEP_AGAIN:
            self._store.save(fresh)
            self._kept = now


@dataclass(slots=True)
class _Poll:
    engine: Engine
    call: Call

    def answered(self, reply: Reply) -> None:
        self.engine.poll_answered(reply)

    def failed(self, error: Exception) -> None:
        self.engine.poll_failed(unreachable(error))


@dataclass(slots=True)
class _Delivery:
    engine: Engine
    call: Call

    def answered(self, reply: Reply) -> None:
        self.engine.delivery_answered(reply)

    def failed(self, error: Exception) -> None:
        self.engine.delivery_failed(unreachable(error))
