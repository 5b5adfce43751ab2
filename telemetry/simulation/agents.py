"""The example agents as they live: each follows its bindings, and reports what of a life it watches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Final, Self

from auren_client import Answer, Client, NoBindings, NotDelivered, OutboxFull, Timing
from telemetry.simulation.habits import Measured

BATCH: Final = 5_000
"""Observations in one request: history is sent fast, and nobody waits long for the database."""
PATIENCE: Final = 300.0
"""Seconds that a part of the history may take: the server may be slow, or just being restarted."""
A_MOMENT: Final = 0.1
BYE: Final = 0.5
"""Seconds at the end for what still waits: the server may be gone already."""
TAKEN: Final = frozenset({"accepted", "late", "duplicate", "corrected"})
Stamped = tuple[Measured, datetime]


class Agents:
    """One client of the REST API for each agent."""

    def __init__(self, address: str, secrets: Mapping[str, str]) -> None:
        self.results: Counter[str] = Counter()
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

    def watched(self, agent: str) -> frozenset[str]:
        """The KPIs of an agent's bindings, as they are now; none while it has no bindings."""
        try:
            return frozenset(self._clients[agent].bindings())
        except NoBindings:
            return frozenset()

    def report(self, life: Iterable[Stamped]) -> int:
        """Have every agent report what it watches; how many observations that are. Waits for nothing."""
        taken, watched = 0, {agent: self.watched(agent) for agent in self._clients}
        for measured, at in life:
            for agent in self._clients:
                if measured.kpi in watched[agent]:
                    taken += self._report(self._clients[agent], measured, at)
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
        end, waiting = time.monotonic() + patience, [*self._clients.values()]
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
        return True

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
