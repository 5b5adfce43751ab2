"""What an agent says about its runs, on its way: in order, one at a time, and the same again until it is answered."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from auren_client.errors import OutboxFull, Problem
from auren_client.observing import aware
from auren_client.report_limits import ACTION, AGENT, NOTE, QUESTION, short, small
from auren_client.wire import UNEXPECTED, Reply, read_refusal

FROM_THE_FUTURE: Final = "from_the_future"
AHEAD: Final = timedelta(minutes=5)
"""How far the two clocks may differ."""
NEEDS_WORDS: Final = frozenset({"failed", "skipped"})
REFUSING: Final = frozenset({400, 404, 409, 410, 413, 415, 422})
"""The server will say the same however often it is asked. Anything else is no fault of the report's."""


@dataclass(frozen=True, slots=True)
class Report:
    """One thing said about a run. ``step`` is 0 where it is not about one of the run's steps."""

    run: int
    step: int
    state: str
    path: str
    data: Mapping[str, Any] = field(repr=False)
    opened: datetime | None = field(default=None, repr=False)
    at: datetime | None = None

    def queued(self, now: datetime) -> Queued:
        """As it is sent, with its time, so that it says the same however late. Raises ValueError and TypeError."""
        data, timeless = dict(self.data), _json(self.data)
        if self.opened is not None:
            data["at"] = _written(self.at, self.opened, now)
        return Queued(self, _json(data), timeless)


@dataclass(frozen=True, slots=True)
class Queued:
    """A report as it is sent; ``timeless`` is the same without its time."""

    report: Report
    body: bytes = field(repr=False)
    timeless: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefusedReport:
    """A report that the server refused for good, and its words."""

    run: int
    step: int
    state: str
    problem: Problem


def step_report(
    run: int,
    number: int,
    state: str,
    opened: datetime,
    note: str,
    evidence: Mapping[str, Any] | None,
    at: datetime | None,
) -> Report:
    """What became of a step. Raises ValueError for what is too much, and for a reason that is missing."""
    data = {"state": state, **_told(_reason(note) if state in NEEDS_WORDS else note, evidence)}
    return Report(run, number, state, f"runs/{run}/steps/{number}", data, opened, at)


def action_report(
    run: int,
    opened: datetime,
    action: str,
    note: str,
    evidence: Mapping[str, Any] | None,
    at: datetime | None,
) -> Report:
    """An action that no contract asks for, and that was done. Raises ValueError for what is too much."""
    data = {"action": short(action, ACTION, "an action's name"), "state": "done", **_told(note, evidence)}
    return Report(run, 0, "added", f"runs/{run}/steps", data, opened, at)


def hand_off_report(run: int, opened: datetime, agent: str, reason: str) -> Report:
    """Another agent is asked whom no contract names. Raises ValueError for a name or a reason that is too long."""
    data = {"hand_off": short(agent, AGENT, "an agent's name"), "reason": short(reason, QUESTION, "a reason")}
    return Report(run, 0, "added", f"runs/{run}/steps", data, opened)


def accept_report(run: int, opened: datetime, note: str, at: datetime | None) -> Report:
    """Yes to a hand-off. Raises ValueError for a note that is too long."""
    data = {"accept": True, **_told(note, None)}
    return Report(run, 0, "accepted", f"runs/{run}/acceptance", data, opened, at)


def refuse_report(run: int, opened: datetime, reason: str, at: datetime | None) -> Report:
    """No to a hand-off. Raises ValueError for a reason that is too long or missing."""
    data = {"accept": False, "reason": _reason(short(reason, NOTE, "a reason"))}
    return Report(run, 0, "refused", f"runs/{run}/acceptance", data, opened, at)


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode()


def _told(note: str, evidence: Mapping[str, Any] | None) -> dict[str, Any]:
    found: dict[str, Any] = {"note": short(note, NOTE, "a note")} if note else {}
    return found | ({"evidence": small(evidence)} if evidence else {})


def _reason(note: str) -> str:
    if not note.strip():
        raise ValueError("expected the reason in words")
    return note


def _written(at: datetime | None, opened: datetime, now: datetime) -> str:
    if at is None:
        at = max(now, opened)  # the two clocks may differ a little
    elif aware(at) < opened:
        raise ValueError(f"expected a time since the run was opened, {opened.isoformat()}")
    elif at > now + AHEAD:
        raise ValueError("expected a time that is not in the future")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class ReportQueue:
    """A bounded queue with one report under way at a time. Safe to use from several threads.

    ``taken`` counts all that came in, ``settled`` those of them that were delivered or refused, ``refused`` only
    the latter.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._lock = threading.Lock()
        self._queue: deque[Queued] = deque()
        self._by_run: dict[int, deque[Report]] = {}
        self.taken = 0
        self.settled = 0
        self.refused = 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._queue)

    def add(self, queued: Queued) -> None:
        """Take in a report that is to be sent. Raises OutboxFull."""
        with self._lock:
            if len(self._queue) >= self._longest:
                raise OutboxFull(f"{self._longest} reports wait already; the server does not take them")
            self._queue.append(queued)
            self._by_run.setdefault(queued.report.run, deque()).append(queued.report)
            self.taken += 1

    def first(self) -> Queued | None:
        """What to send now: it stays the first until it is answered."""
        with self._lock:
            return self._queue[0] if self._queue else None

    def about(self, run: int) -> list[Report]:
        """What waits about a run, in its order."""
        with self._lock:
            return list(self._by_run.get(run, ()))

    def answered(self, reply: Reply) -> tuple[Problem | None, RefusedReport | None]:
        """Note what the server said about the first. A problem alone means: the same again, later."""
        if 200 <= reply.status < 300:
            self._settle()
            return None, None
        problem = read_refusal(reply)
        if reply.status not in REFUSING or problem.code == UNEXPECTED:  # a proxy's 404 is no word of AUREN's
            return problem, None
        if problem.code == FROM_THE_FUTURE and self._without_time():
            return None, None
        report = self._settle()
        with self._lock:
            self.refused += 1
        return None, RefusedReport(report.run, report.step, report.state, problem)

    def _without_time(self) -> bool:
        """The agent's clock is ahead of the server's: the first is sent again, to be taken as of when it comes."""
        with self._lock:
            first = self._queue[0]
            self._queue[0] = replace(first, body=first.timeless)
            return first.body != first.timeless

    def _settle(self) -> Report:
        with self._lock:
            report = self._queue.popleft().report
            waiting = self._by_run[report.run]
            waiting.popleft()
            if not waiting:
                del self._by_run[report.run]
            self.settled += 1
        return report
