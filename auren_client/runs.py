"""Protocol runs as an agent sees them: what it is to do about a reading, step by step, and what others ask of it.

They are what was so when they were read, and never change. What an agent says about one is put into a queue, and on
its way from then on; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auren_client.step_reports import (
    Report,
    accept_report,
    action_report,
    hand_off_report,
    refuse_report,
    step_report,
)

OPEN_STEP: Final = frozenset({"pending", "started"})
OPEN_RUN: Final = frozenset({"offered", "waiting", "active"})

Take = Callable[[Report], None]
"""Puts a report into the queue. Raises OutboxFull where it is full, AurenError where the client is closed."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The agent, or what it does about one KPI, is to do nothing for a while: a person said so."""

    since: datetime | None
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What became of a hand-off of the agent's own: ``state`` is offered, accepted, refused, ignored or withdrawn.

    ``run`` is the run of the agent that is asked, ``answer`` is what it said.
    """

    agent: str
    state: str
    due: datetime | None
    answered: datetime | None
    answer: str
    run: int | None


@dataclass(frozen=True, slots=True)
class HandOff:
    """Another agent asks this one to go on; ``run`` is the run of the agent that asks."""

    agent: str
    reason: str
    due: datetime | None
    run: int | None
    child: int
    opened: datetime = field(repr=False)
    _take: Take = field(repr=False, compare=False)

    def accept(self, note: str = "", *, at: datetime | None = None) -> None:
        """Accept what the other agent asks for. Raises OutboxFull."""
        self._take(accept_report(self.child, self.opened, note, at))

    def refuse(self, reason: str, *, at: datetime | None = None) -> None:
        """Say no, and why: the agent that asks goes on without. Raises OutboxFull."""
        self._take(refuse_report(self.child, self.opened, reason, at))


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be done in a run: an action, a hand-off, or the review that a hand-off asks for.

    ``added`` is since when it is asked for: since the run was opened, or since it has grown worse. ``state`` is
    pending, started, done, failed, skipped, overridden (a person said no) or not_needed. All that is said of it takes
    ``at``, when it was, which is now unless it is given; a note may have 2,000 characters, and ``evidence`` is
    what JSON can hold in 8 KiB and five levels. It raises OutboxFull, and ValueError and TypeError for what cannot be
    sent.
    """

    run: int
    number: int
    kind: str
    name: str
    description: str
    severity: str
    declared: bool
    added: datetime | None
    state: str
    due: datetime | None
    started: datetime | None
    finished: datetime | None
    note: str
    evidence: Mapping[str, Any]
    offer: Offer | None
    opened: datetime = field(repr=False)
    _take: Take = field(repr=False, compare=False)

    @property
    def is_open(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.state in OPEN_STEP

    @property
    def is_mine(self) -> bool:
        """Whether the agent itself is to do it. A hand-off the server offers in its turn, and another agent answers."""
        return self.kind != "hand_off"

    def start(self, note: str = "", *, at: datetime | None = None) -> None:
        """Report that the step was begun. A hand-off is offered by this at once, before its turn."""
        self._say("started", note, None, at)

    def done(
        self, note: str = "", *, evidence: Mapping[str, Any] | None = None, at: datetime | None = None
    ) -> None:
        """Report that the step was done."""
        self._say("done", note, evidence, at)

    def fail(
        self, reason: str, *, evidence: Mapping[str, Any] | None = None, at: datetime | None = None
    ) -> None:
        """Report that the step was tried and did not work, and why."""
        self._say("failed", reason, evidence, at)

    def skip(self, reason: str, *, at: datetime | None = None) -> None:
        """Report that the step was left out on purpose, and why."""
        self._say("skipped", reason, None, at)

    def _say(self, state: str, note: str, evidence: Mapping[str, Any] | None, at: datetime | None) -> None:
        self._take(step_report(self.run, self.number, state, self.opened, note, evidence, at))


@dataclass(frozen=True, slots=True)
class Run:
    """What the agent is to do about one episode of one person.

    ``state`` is offered, waiting or active, or how it ended. ``asked_by`` is the agent that handed it over, "" for a
    run of the agent's own; ``asked`` is its question while that waits for an answer. ``data`` is all that the server
    said, as it came.
    """

    id: int
    agent: str
    kpi: str
    user_id: str
    severity: str
    state: str
    opened: datetime
    ended: datetime | None
    reason: str
    value: float | None
    asked_by: str
    asked: HandOff | None
    steps: tuple[Step, ...]
    cursor: int
    data: Mapping[str, Any] = field(repr=False, compare=False)
    _take: Take = field(repr=False, compare=False)

    @property
    def is_open(self) -> bool:
        """Whether the run has not ended."""
        return self.state in OPEN_RUN

    @property
    def to_do(self) -> tuple[Step, ...]:
        """What the agent itself is to do and has not, in its order; nothing before a hand-off is accepted."""
        if self.state == "offered":
            return ()
        return tuple(step for step in self.steps if step.is_mine and step.is_open)

    def did(
        self,
        action: str,
        note: str = "",
        *,
        evidence: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Something was done that no contract asks for: it stands among the steps, as not declared."""
        self._take(action_report(self.id, self.opened, action, note, evidence, at))

    def hand_off(self, agent: str, reason: str) -> None:
        """Ask an agent to go on whom no contract names; the reason may have 1,000 characters."""
        self._take(hand_off_report(self.id, self.opened, agent, reason))
