"""How fresh what an agent acts on is, and what stands in the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal

from auren_client.errors import Problem


@dataclass(frozen=True, slots=True)
class Clock:
    """The two clocks: one that people read, and one that never jumps. Both in seconds."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Status:
    """The client at one moment.

    ``staleness`` is for how many seconds nobody has confirmed the bindings, infinite before there are any.
    ``source`` is where they came from: ``file`` until the server has answered once. ``problem`` is why the
    last poll failed, ``failures`` how many failed in a row. ``waiting`` counts observations not delivered
    yet, ``rejected`` those that the server refused for good; ``reports_waiting`` and ``reports_refused`` count
    what was said about runs. ``inbox_staleness`` is for how many seconds nobody has confirmed the inbox.
    """

    staleness: float
    source: Literal["server", "file", "nothing"]
    problem: Problem | None
    failures: int
    waiting: int
    rejected: int
    delivery_problem: Problem | None
    inbox_staleness: float = inf
    inbox_problem: Problem | None = None
    reports_waiting: int = 0
    reports_refused: int = 0
    report_problem: Problem | None = None
