"""The engine's part in protocol runs: the inbox, kept fresh, and what the agent says, delivered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

from auren_client.errors import NoInbox, NoRun, Problem
from auren_client.inbox import Inbox, InboxCache
from auren_client.pace import Pace
from auren_client.run_parser import read_json, read_run
from auren_client.runs import Run, Take
from auren_client.status import Clock
from auren_client.step_reports import Queued, RefusedReport, Report, ReportQueue
from auren_client.wire import NO_TOKEN, UNREADABLE, Address, Call, Reply, read_problem, unreachable
from contracts.watched import BodyError

REPORT_AGAIN = 0.5
"""Seconds until a report is tried again for the first time."""

_log = logging.getLogger("auren_client")


class RunWork:
    """What is asked about runs, and when. Nobody is asked for an inbox before somebody wants one."""

    def __init__(
        self,
        address: Address,
        clock: Clock,
        chance: Callable[[], float],
        *,
        every: float,
        slowest: float,
        longest: int,
        take: Take | None = None,
    ) -> None:
        self.reports = ReportQueue(longest)
        self.inbox_problem: Problem | None = None
        self.report_problem: Problem | None = None
        self.tried = False
        self._address = address
        self._clock = clock
        self._polling = Pace(every, slowest, chance)
        self._sending = Pace(REPORT_AGAIN, slowest, chance)
        self._take = take or self.take
        self._cache = InboxCache(self._take, self.reports.about)
        self._etag = ""
        self._poll_at = inf
        self._send_at = -inf
        self._confirmed = -inf
        self._refused: list[RefusedReport] = []

    @property
    def is_followed(self) -> bool:
        """Whether somebody wants the inbox."""
        return self._poll_at < inf

    def follow(self) -> bool:
        """Keep the inbox fresh from now on; whether that is new."""
        if self.is_followed:
            return False
        self._poll_at = -inf
        return True

    def inbox(self) -> Inbox:
        """The inbox, from memory. Raises NoInbox."""
        found = self._cache.shown()
        if found is None:
            why = self.inbox_problem or "nothing asked yet"
            raise NoInbox(f"{self._address.agent} has no inbox yet: {why}")
        return found

    def read(self, number: int, reply: Reply) -> Run:
        """A run out of an answer. Raises NoRun."""
        if reply.status != 200:
            raise NoRun(number, read_problem(reply))
        try:
            return read_run(read_json(reply.body), self._take)
        except BodyError as error:
            raise NoRun(number, Problem(reply.status, UNREADABLE, str(error))) from error

    @property
    def staleness(self) -> float:
        """For how many seconds nobody has confirmed the inbox; infinite before there is any."""
        return max(0.0, self._clock.steady() - self._confirmed)

    def take(self, report: Report) -> None:
        """Have a report delivered. Raises OutboxFull, ValueError and TypeError."""
        queued = report.queued(datetime.fromtimestamp(self._clock.wall(), UTC))
        self._cache.say(lambda: self.reports.add(queued))

    def take_events(self) -> list[Inbox | RefusedReport]:
        """What happened since the last time this was asked."""
        refused, self._refused = self._refused, []
        news = self._cache.take_news()
        return [*refused, *([] if news is None else [news])]

    # What is asked, and what comes back

    def next_at(self) -> float:
        """When something is due, by the clock that never jumps."""
        return min(self._poll_at, self._send_at if len(self.reports) else inf)

    def due(self) -> _InboxPoll | _Delivery | None:
        """What is to be sent now; None when it is time to wait."""
        now = self._clock.steady()
        if self._send_at <= now and (queued := self.reports.first()):
            return self._delivery(queued)
        return self._poll() if self._poll_at <= now else None

    def _delivery(self, queued: Queued) -> _Delivery | None:
        try:
            return _Delivery(self, self._address.say(queued.report.path, queued.body))
        except Exception as error:  # a token may be fetched by code of the agent's own
            self.delivery_failed(Problem(0, NO_TOKEN, f"there is no token to send with: {error}"))
            return None

    def _poll(self) -> _InboxPoll | None:
        try:
            return _InboxPoll(self, self._address.inbox(self._etag))
        except Exception as error:
            self.poll_failed(Problem(0, NO_TOKEN, f"there is no token to ask with: {error}"))
            return None

    def poll_answered(self, reply: Reply) -> None:
        """The answer to a poll."""
        if reply.status == 304 and self._etag:
            self._confirm()
        elif reply.status == 200:
            try:
                self._cache.read(read_json(reply.body), self._address.agent)
            except BodyError as error:
                self.poll_failed(Problem(reply.status, UNREADABLE, str(error)))
            else:
                self._etag = reply.headers.get("etag", "")
                self._confirm()
        else:
            self.poll_failed(read_problem(reply), reply.seconds("retry-after"))

    def poll_failed(self, problem: Problem, asked: float = 0.0) -> None:
        """No answer, or one that is of no use: the inbox stays as it is."""
        self._poll_at = self._clock.steady() + self._polling.after_failure(asked)
        if self.inbox_problem is None or self.inbox_problem.code != problem.code:
            _log.warning("The inbox of %s is not confirmed: %s", self._address.agent, problem)
        self.inbox_problem = problem
        self.tried = True  # last: who waits for it reads the rest at once

    def _confirm(self) -> None:
        if self.inbox_problem:
            _log.warning("The inbox of %s is confirmed again.", self._address.agent)
        self._confirmed = self._clock.steady()
        # Agents that start at once ask for the second time spread over a whole period.
        wait = self._polling.after_answer() if self.tried else self._polling.spread()
        self._poll_at = self._confirmed + wait
        self.inbox_problem, self.tried = None, True

    def delivery_answered(self, reply: Reply) -> None:
        """The answer to a report."""
        if 200 <= reply.status < 300:
            try:
                self._cache.update(read_json(reply.body))
            except BodyError as error:  # it was taken all the same; the next inbox says what came of it
                _log.warning("The answer to a report cannot be read: %s.", error)
        problem, refused = self.reports.answered(reply)
        self._cache.heard()
        if problem:
            self.delivery_failed(problem, reply.seconds("retry-after"))
            return
        self._sending.after_answer()
        self.report_problem, self._send_at = None, -inf
        if refused:
            _log.warning("A report about run %d was refused: %s", refused.run, refused.problem)
            self._refused.append(refused)

    def delivery_failed(self, problem: Problem, asked: float = 0.0) -> None:
        """The report is kept and sent again."""
        self._send_at = self._clock.steady() + self._sending.after_failure(asked)
        if self.report_problem is None or self.report_problem.code != problem.code:
            _log.warning("Reports of %s wait: %s", self._address.agent, problem)
        self.report_problem = problem


@dataclass(slots=True)
class _InboxPoll:
    work: RunWork
    call: Call

    def answered(self, reply: Reply) -> None:
        self.work.poll_answered(reply)

    def failed(self, error: Exception) -> None:
        self.work.poll_failed(unreachable(error))


@dataclass(slots=True)
class _Delivery:
    work: RunWork
    call: Call

    def answered(self, reply: Reply) -> None:
        self.work.delivery_answered(reply)

    def failed(self, error: Exception) -> None:
        self.work.delivery_failed(unreachable(error))
