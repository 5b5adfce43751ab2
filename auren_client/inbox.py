"""What is an agent's to do now: what the server said last, and what the agent has said since."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, overload

from auren_client.run_parser import read_pause, read_pauses, read_run
from auren_client.runs import HandOff, Pause, Run, Step, Take
from auren_client.step_reports import Report
from contracts.watched import BodyError

REMEMBERED: Final = 1_000
"""Runs whose end is remembered, in case an older inbox still has them."""
_STEP_STATES: Final = frozenset({"started", "done", "failed", "skipped"})


@dataclass(frozen=True, slots=True, eq=False)
class Inbox(Sequence[Run]):
    """The runs in which something is the agent's to do: the most severe first, then the oldest.

    It never changes: the next one is asked for. ``total`` counts those too that did not fit into the server's answer.
    ``paused`` is why the agent is to do nothing at all, None where it may; ``paused_kpis`` the same by KPI.
    """

    agent: str
    runs: tuple[Run, ...]
    total: int
    paused: Pause | None = None
    paused_kpis: Mapping[str, Pause] = field(default_factory=dict)

    @property
    def hand_offs(self) -> tuple[HandOff, ...]:
        """What other agents ask, and has no answer yet."""
        return tuple(run.asked for run in self.runs if run.asked)

    def pause_of(self, kpi: str) -> Pause | None:
        """Why nothing is to be done about a KPI, if so."""
        return self.paused or self.paused_kpis.get(kpi)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run, ...]: ...
    def __getitem__(self, index: int | slice) -> Run | tuple[Run, ...]:
        return self.runs[index]

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def news(self) -> tuple[object, ...]:
        """What makes another inbox worth telling of."""
        steps = [
            (run.id, run.state, run.severity, *((step.number, step.state) for step in run.steps))
            for run in self.runs
        ]
        return self.paused, self.paused_kpis, steps


class InboxCache:
    """The server's last word on each run. Safe to use from several threads.

    ``waiting`` gives what the agent has said about a run and the server has not heard yet.
    """

    def __init__(self, take: Take, waiting: Callable[[int], Sequence[Report]]) -> None:
        self._take = take
        self._waiting = waiting
        self._lock = threading.Lock()
        self._served: Inbox | None = None
        self._over: OrderedDict[int, int] = OrderedDict()
        self._shown: Inbox | None = None
        self._looked: Inbox | None = None
        self._told: tuple[object, ...] | None = None

    def shown(self) -> Inbox | None:
        """The inbox now; None before there is one."""
        with self._lock:
            return self._show()

    def read(self, data: Mapping[str, Any], agent: str) -> None:
        """Have an inbox as the server sent it in place of the former. Raises BodyError."""
        if data.get("agent") != agent:
            raise BodyError(f"this is the inbox of {str(data.get('agent'))[:60]}, not of {agent}")
        runs = data.get("runs")
        if not isinstance(runs, list):
            raise BodyError("runs: expected a list")
        found = [read_run(one, self._take) for one in runs]
        total = data.get("total")
        with self._lock:
            known = {run.id: run for run in self._served.runs} if self._served is not None else {}
            kept = tuple(_newer(run, known.get(run.id)) for run in found if not self._is_over(run))
            self._served = Inbox(
                agent,
                kept,
                total if isinstance(total, int) else len(kept),
                read_pause(data.get("paused")),
                read_pauses(data.get("paused_kpis")),
            )
            self._shown = None

    def update(self, data: object) -> None:
        """Have the server's answer to a report in place of what was known of the run. Raises BodyError."""
        run = read_run(data, self._take)
        with self._lock:
            if not run.is_open:
                self._over[run.id] = run.cursor
                self._over.move_to_end(run.id)
                if len(self._over) > REMEMBERED:
                    self._over.popitem(last=False)
            if self._served is not None:
                runs = [_newer(run, one) if one.id == run.id else one for one in self._served.runs]
                left = tuple(one for one in runs if one.is_open)
                self._served = replace(self._served, runs=left)
            self._shown = None

    def say(self, add: Callable[[], object]) -> None:
        """Let the agent say something: what that alone changes is no news to it."""
        with self._lock:
            before = self._show()
            add()
            self._shown = None
            if before is not None and before.news() == self._told and (after := self._show()) is not None:
                self._told = after.news()

    def heard(self) -> None:
        """The server has heard something, or would not."""
        with self._lock:
            self._shown = None

    def take_news(self) -> Inbox | None:
        """The inbox, if it is another one than when this was last asked, for other reasons than the agent's own."""
        with self._lock:
            shown, looked = self._show(), self._looked
            self._looked = shown
            if shown is None or shown is looked or (news := shown.news()) == self._told:
                return None
            self._told = news
            return shown

    def _is_over(self, run: Run) -> bool:
        return run.cursor <= self._over.get(run.id, -1)

    def _show(self) -> Inbox | None:
        if self._shown is None and self._served is not None:
            self._shown = self._show_now(self._served)
        return self._shown

    def _show_now(self, served: Inbox) -> Inbox:
        runs = tuple(_with(run, self._waiting(run.id)) for run in served.runs)
        return replace(served, runs=tuple(run for run in runs if run.is_open))


def _newer(run: Run, known: Run | None) -> Run:
    return known if known and known.cursor > run.cursor else run


def _with(run: Run, reports: Sequence[Report]) -> Run:
    """A run as it will be once the server has heard what waits."""
    for report in reports:
        if report.state == "accepted":
            run = replace(run, state="active", asked=None)
        elif report.state == "refused":
            run = replace(run, state="refused", asked=None)
        elif report.state in _STEP_STATES:
            steps = tuple(_step_with(one, report) if one.number == report.step else one for one in run.steps)
            run = replace(run, steps=steps)
    return run


def _step_with(step: Step, report: Report) -> Step:
    return replace(step, state=report.state, note=str(report.data.get("note", step.note)))
