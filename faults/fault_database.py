"""PostgreSQL does not go away, it only keeps everybody waiting: polls and probes go on, reports are refused soon."""

from __future__ import annotations

import http.client
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import psycopg

from bindings.models import Agent
from faults.fault_observations import BACK_WITHIN, compared, complaints, forget
from faults.fault_polls import polled
from faults.ledger import Outcome
from faults.pollers import agrees
from faults.publishing import new_token, turns, while_away
from faults.reporters import AGENT, Reporters
from faults.servers import Postgres, wait_until
from faults.stage import Stage

WRITERS, RATE = 8, 40.0
CALM = 4.0
"""Seconds before the fault."""
POLL_WITHIN, LIVE_WITHIN, READY_WITHIN = 1.0, 0.5, 1.0
Harm = Callable[[Postgres], AbstractContextManager[None]]


@dataclass(slots=True)
class Probes:
    """Somebody who asks again and again how the server is, and for a list from the database."""

    port: int
    token: str
    slowest: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    stopped: Event = field(default_factory=Event)
    threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Have the threads that ask begin."""
        for path in ("/livez", "/readyz", "/api/v1/kpis/"):
            self.slowest[path], self.statuses[path] = 0.0, Counter()
            self.threads.append(Thread(target=self._ask_on, args=(path,), daemon=True))
            self.threads[-1].start()

    def stop(self) -> None:
        """Have the threads that ask end."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(20)

    def _ask_on(self, path: str) -> None:
        while not self.stopped.wait(0.25):
            start = time.monotonic()
            status = self._ask(path)
            self.slowest[path] = max(self.slowest[path], time.monotonic() - start)
            self.statuses[path][status] += 1

    def _ask(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def complaints(self) -> list[str]:
        """What was not as it should be."""
        limits = {"/livez": LIVE_WITHIN, "/readyz": READY_WITHIN}
        failures = [
            f"{path} took {self.slowest[path]:.2f} s" for path in limits if self.is_late(path, limits)
        ]
        for path, allowed in (("/livez", {200}), ("/readyz", {200}), ("/api/v1/kpis/", {200, 503})):
            if odd := set(self.statuses[path]) - allowed:
                failures.append(f"{path} was answered {sorted(odd)}")
        return failures

    def is_late(self, path: str, limits: dict[str, float]) -> bool:
        """Whether an answer took longer than it may."""
        return self.slowest[path] > limits[path]


def slowed(stage: Stage, name: str, harm: Harm, seconds: float) -> Outcome:
    """Poll, report and probe before, while and after the database keeps everybody waiting."""
    with polled(stage) as scene:
        postgres: Postgres = stage.postgres  # type: ignore[assignment]  # `polled` needs it too
        forget()
        token = new_token("reporters", Agent.objects.get(name=AGENT), "observations:write")
        total = int(RATE * (seconds + 2 * CALM))
        reporters = Reporters(
            scene.port, token, stage.folder, scene.chance, many=WRITERS, total=total, rate=RATE
        )
        probes = Probes(scene.port, new_token("prober", None, "registry:read"))
        scene.publish()
        scene.pollers.seen.longest = 0.0
        reporters.start()
        probes.start()
        time.sleep(CALM)
        with harm(postgres):
            time.sleep(seconds)
        back = wait_until(reporters.told.next_is_heard(), 30, "an observation afterwards", 0.02)
        wait_until(reporters.are_done, seconds + 60, "the last observations", 0.2)
        probes.stop()
        seen = scene.pollers.stop()
    told = reporters.told
    stored, failures = while_away(compared, 30)
    failures += complaints(told) + probes.complaints() + agrees(seen, turns())
    if seen.longest > POLL_WITHIN:
        failures.append(f"a poll took {seen.longest:.2f} s")
    if back > BACK_WITHIN:
        failures.append(f"{back:.1f} s afterwards the first observation was taken in")
    if not told.statuses[503]:
        failures.append("nobody was refused: the fault did no harm")
    slowest = ", ".join(f"{path} {took:.2f} s" for path, took in probes.slowest.items())
    notes = {
        "for": f"{seconds:.0f} s",
        "polls": f"{len(seen.answered)}, longest {seen.longest:.2f} s",
        "statuses": ", ".join(f"{count} {status}" for status, count in sorted(told.statuses.items())),
        "slowest 503": f"{told.slowest_refusal:.2f} s",
        "slowest probes": slowest,
        "back after": f"{back:.2f} s",
    }
    return Outcome(name, stage.seed, told.sent, reporters.ledger(), stored, notes=notes, failures=failures)


@contextmanager
def frozen(postgres: Postgres) -> Iterator[None]:
    """All its processes stand still; the kernel goes on saying that what they are sent arrived."""
    postgres.signal_every(signal.SIGSTOP)
    try:
        yield
    finally:
        postgres.signal_every(signal.SIGCONT)


@contextmanager
def having(postgres: Postgres, statement: str) -> Iterator[None]:
    """Somebody else keeps a transaction open in which this was said."""
    with psycopg.connect(postgres.url) as other:
        other.execute(statement)
        yield
        other.rollback()


def locked(postgres: Postgres) -> AbstractContextManager[None]:
    """A table of every report is locked."""
    return having(postgres, "LOCK TABLE telemetry_series")


def held(postgres: Postgres) -> AbstractContextManager[None]:
    """Every person's row is held by a transaction that does nothing."""
    return having(postgres, "SELECT id FROM telemetry_subject FOR UPDATE")


def database_frozen(stage: Stage) -> Outcome:
    """Every process of PostgreSQL is stopped, and goes on later."""
    return slowed(stage, "database_frozen", frozen, 60 if stage.long else 15)


def database_locked(stage: Stage) -> Outcome:
    """Somebody locks a table, as a careless migration does."""
    return slowed(stage, "database_locked", locked, 12)


def neighbour_idle_in_transaction(stage: Stage) -> Outcome:
    """Another client holds rows and does nothing, as a node that froze in the middle of a report."""
    return slowed(stage, "neighbour_idle_in_transaction", held, 60 if stage.long else 15)


FAULTS = (database_frozen, database_locked, neighbour_idle_in_transaction)
