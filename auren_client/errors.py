"""What can go wrong, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auren_client.outbox import Answer


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the server's last answer was of no use, or why there was none.

    ``status`` is 0 where no answer came. ``code`` is the server's own stable word, such as
    ``not_authenticated``, or ``unreachable``, ``unreadable`` or ``unexpected``.
    """

    status: int
    code: str
    detail: str

    def __str__(self) -> str:
        return f"the server answered {self.status}: {self.detail}" if self.status else self.detail


class AurenError(Exception):
    """Anything this package raises on its own account."""


class NoBindings(AurenError):
    """Neither the server nor the kept file has given any bindings yet; the message says why."""


class NoInbox(AurenError):
    """The server has given no inbox yet; the message says why."""


class NoRun(AurenError):
    """The server did not give this run; the message says why."""

    def __init__(self, run: int, problem: Problem) -> None:
        super().__init__(f"run {run}: {problem}")
        self.problem = problem


class NotBound(AurenError, LookupError):
    """The agent has no binding to this KPI in the release that it follows."""


class UnreadableBinding(AurenError):
    """The release has a condition that this version of the package cannot read; the message says where."""


class OutboxFull(AurenError):
    """So many observations or reports wait to be delivered that this one was not taken."""


class NotDelivered(AurenError):
    """Observations or reports still wait after the time given; they are kept, and tried again.

    ``waiting`` counts the observations, ``reports`` what was said about runs; ``answers`` are those that came all the
    same.
    """

    def __init__(
        self, waiting: int, answers: Sequence[Answer], problem: Problem | None, reports: int = 0
    ) -> None:
        why = f": {problem}" if problem else ""
        counts = [(waiting, "observation"), (reports, "report")]
        some = [f"{count} {what}{'s' if count != 1 else ''}" for count, what in counts if count]
        super().__init__(f"{' and '.join(some) or 'nothing'} not delivered yet{why}")
        self.waiting = waiting
        self.reports = reports
        self.answers = list(answers)
        self.problem = problem
