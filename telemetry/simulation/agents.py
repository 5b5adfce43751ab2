"""The example agents as they live: each follows its bindings, reports what of a life it watches, and does its part."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import repeat
from types import TracebackType
from typing import Final, Self

from auren_client import Answer, Client, NoBindings, NoRun, NotDelivered, OutboxFull, Timing
from telemetry.simulation.habits import Measured
from telemetry.simulation.run_worker import Place, RunWorker

BATCH: Final = 5_000
"""Observations in one request: history is sent fast, and nobody waits long for the database."""
PATIENCE: Final = 300.0
"""Seconds that a part of the history may take: the server may be slow, or just being restarted."""
A_MOMENT: Final = 0.1
BYE: Final = 0.5
"""Seconds at the end for what still waits: the server may be gone already."""
TAKEN: Final = frozenset({"accepted", "late", "duplicate", "corrected"})
ROUNDS: Final = 8
"""How often what was reported is looked at again for what came of it: whom it leads to, and whom these lead to."""
Stamped = tuple[Measured, datetime]


class Agents:
    """One client of the REST API for each agent."""

    def __init__(self, address: str, secrets: Mapping[str, str], speed: float = 1.0) -> None:
        self.results: Counter[str] = Counter()
        self._opened: list[Place] = []
        self._left: list[Place] = []
        self._is_urgent = False
        self._held: list[tuple[str, Measured, datetime]] = []
        self._clients = {
            agent: Client(
                address,
                agent=agent,
                token=secret,
                file=None,
                batch=BATCH,
                timeout=60.0,
                timing=Timing(slowest=5.0),
            )
            for agent, secret in secrets.items()
        }
        self._workers = {agent: RunWorker(agent, client, speed) for agent, client in self._clients.items()}

    def watched(self, agent: str) -> frozenset[str]:
        """The KPIs of an agent's bindings, as they are now; none while it has no bindings."""
        try:
            return frozenset(self._clients[agent].bindings())
        except NoBindings:
            return frozenset()

    def report(self, life: Iterable[Stamped], *, is_past: bool = False) -> int:
        """Have every agent report what it watches; how many observations that are. Waits for nothing.

        Of the past, agents that ask nobody for help report when all is delivered: a few requests, not one a day.
        """
        taken, watched = 0, {agent: self.watched(agent) for agent in self._clients}
        waits = {agent for agent, client in self._clients.items() if is_past and not _asks(client)}
        for measured, at in life:
            for agent in self._clients:
                if measured.kpi in watched[agent]:
                    if agent in waits:
                        self._held.append((agent, measured, at))
                        taken += 1
                    else:
                        taken += self._report(self._clients[agent], measured, at)
                        self._is_urgent |= is_past and _is_urgent(self._clients[agent], measured, at)
        return taken

    def _report(self, client: Client, measured: Measured, at: datetime) -> bool:
        """Whether it was taken: not when the server has been away for so long that too much waits."""
        try:
            client.observe(
                measured.kpi,
                measured.value,
                user_id=measured.person.user_id,
                at=at,
                measurement_source=measured.source,
                context=measured.context,
            )
        except OutboxFull:
            return False
        return True

    def deliver(self, patience: float = PATIENCE) -> None:
        """Wait until the server has everything; it may be interrupted. Raises NotDelivered."""
        held, self._held = self._held, []
        for agent, measured, at in held:
            self._report(self._clients[agent], measured, at)
        self._deliver(self._clients, patience)

    def _deliver(self, agents: Iterable[str], patience: float = PATIENCE) -> None:
        end, waiting = time.monotonic() + patience, [self._clients[agent] for agent in agents]
        while waiting:
            waiting = [
                client for client in waiting if not self._has_delivered(client, time.monotonic() < end)
            ]

    def _has_delivered(self, client: Client, has_time: bool) -> bool:
        answers: list[Answer] = []
        try:
            answers = client.flush(A_MOMENT)
        except NotDelivered as error:
            answers = error.answers
            if not has_time:
                raise
            return False
        finally:
            for answer in answers:
                self.results.update(answer.results.values())
                self._opened += [(run["agent"], run["id"]) for run in answer.runs]
        return True

    def work(self) -> None:
        """Have every agent do what has become due in its inbox. Waits for nothing."""
        now = time.monotonic()
        for worker in self._workers.values():
            worker.work(now)

    def look_back(self, until: datetime) -> None:
        """Have what was done by a moment of history be reported. Raises NotDelivered.

        Whom an agent asks has to be asked while the episode lasts; whatever else there is to tell may be told at once.
        """
        if self._is_urgent:
            self._is_urgent = False
            self._deliver(agent for agent, client in self._clients.items() if _asks(client))
        places = [*dict.fromkeys([*self._left, *self._opened])]
        self._opened, self._left = [], []
        for _ in range(ROUNDS):
            if not places:
                return
            by_agent: dict[str, list[int]] = {}
            for agent, run in places:
                by_agent.setdefault(agent, []).append(run)
            with ThreadPoolExecutor(len(by_agent)) as pool:
                found = pool.map(self._look_back, by_agent, by_agent.values(), repeat(until))
                places = [place for some in found for place in some if place[0] in self._clients]
            self._deliver(by_agent)

    def _look_back(self, agent: str, runs: Sequence[int], until: datetime) -> list[Place]:
        """What one agent did, and where that leads."""
        found: list[Place] = []
        for run in runs:
            with suppress(NoRun, OutboxFull):  # what is not told now the agent finds in its inbox
                found += self._workers[agent].look_back(self._clients[agent].run(run), until)
                if run in self._workers[agent].left:
                    self._left.append((agent, run))
        return found

    @property
    def refused(self) -> str:
        """What the server would not have, in words."""
        return ", ".join(f"{count} {code}" for code, count in self.results.items() if code not in TAKEN)

    @property
    def lost(self) -> dict[str, str]:
        """Agents without bindings, and why."""
        statuses = {agent: client.status for agent, client in self._clients.items()}
        return {agent: str(one.problem or "") for agent, one in statuses.items() if one.source == "nothing"}

    def __enter__(self) -> Self:
        with ThreadPoolExecutor(len(self._clients) or 1) as pool:
            list(pool.map(lambda client: client.start(), self._clients.values()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ThreadPoolExecutor(len(self._clients) or 1) as pool:
            list(pool.map(lambda client: client.close(BYE), self._clients.values()))


def _asks(client: Client) -> bool:
    """Whether an agent hands anything over."""
    try:
        return bool(client.bindings().hand_offs)
    except NoBindings:
        return False


def _is_urgent(client: Client, measured: Measured, at: datetime) -> bool:
    """Whether the agent has to ask somebody because of this: it evaluates that itself."""
    user = measured.person.user_id
    verdict = client.evaluate(
        measured.kpi,
        measured.value,
        user_id=user,
        at=at,
        measurement_source=measured.source,
        context=measured.context,
    )
    return verdict.changed and bool(verdict.hand_offs)
