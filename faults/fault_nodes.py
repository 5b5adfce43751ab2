"""Two nodes behind nginx: what one of them acknowledged is there, whatever happens to the other, to the database, or
to a clock."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
from django.conf import settings

from bindings.models import Agent, ApiToken
from faults.fault_observations import compared, complaints, forget
from faults.ledger import Outcome, seeded
from faults.nginx import Nginx
from faults.pollers import Pollers, agrees, status
from faults.publishing import API, new_token, prepare, turns, while_away
from faults.reporters import AGENT, Reporters, Told
from faults.servers import Missing, Postgres, Server, spare_port, wait_until
from faults.stage import Stage

WRITERS, RATE = 20, 80.0
TOTAL = {False: 2_400, True: 24_000}
"""Observations, in the short form and the long one."""
STARTED_WITHIN = 90.0
"""Seconds for one, while all else goes on."""
REVOKED_WITHIN = 1.0
"""Seconds after which no worker process of any node takes a token that was revoked."""
PROXY = "proxy_connect_timeout 1s; proxy_read_timeout 10s;"
BEHIND = "-10m"
MONOTONIC = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
SLEEP = "import threading, time\ntime.sleep = lambda seconds: threading.Event().wait(seconds) and None\n"
"""libfaketime 0.9 fails Python's own sleep, which is until a moment of the monotonic clock."""
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


@dataclass(slots=True)
class Node:
    """One web server, with a folder of its own and perhaps a clock of its own."""

    stage: Stage
    name: str
    port: int = field(default_factory=spare_port)
    environment: dict[str, str] = field(default_factory=dict)
    server: Server | None = None

    def start(self) -> None:
        """With the same settings as every node."""
        same = {"AUREN_SECRET_KEY": settings.SECRET_KEY, "AUREN_WORKERS": "2"}
        same["AUREN_DATA_DIR"] = str(self.stage.folder / self.name)
        self.server = self.stage.run("up", "--web-only", "--port", str(self.port), **same, **self.environment)
        wait_until(lambda: status(self.port, "/livez") == 200, STARTED_WITHIN, self.name)

    def kill(self) -> None:
        """As a power cut would."""
        if self.server:
            self.server.kill()


@dataclass(slots=True)
class Scene:
    """Both nodes, and what is done to them."""

    stage: Stage
    postgres: Postgres
    chance: Random
    nodes: tuple[Node, Node]
    reporters: Reporters
    pollers: Pollers

    def frozen(self) -> None:
        """The database does nothing for some seconds, and closes no connection either."""
        leader = int(self.postgres.pid_file.read_text().split()[0])
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        every = [leader, *map(int, children)]
        try:
            for pid in every:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            time.sleep(self.some_seconds)
        finally:
            for pid in [*reversed(every), self.postgres.pid]:  # `runuser` stops with what it runs
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def locked(self) -> None:
        """Somebody has a table that every report needs."""
        with self.neighbour("LOCK TABLE telemetry_series IN ACCESS EXCLUSIVE MODE"):
            time.sleep(self.some_seconds)

    def idle_in_transaction(self) -> None:
        """Somebody holds the people who are reported of, and does nothing."""
        with self.neighbour("SELECT 1 FROM telemetry_subject FOR UPDATE"):
            time.sleep(self.some_seconds)

    def restarted(self) -> None:
        """The database is cut off and started again."""
        self.postgres.cut()
        time.sleep(self.chance.uniform(0.1, 1.5))
        self.postgres.start()

    def node_killed(self) -> None:
        """A node is gone, and started again a little later."""
        node = self.chance.choice(self.nodes)
        self.reporters.excused.set()
        self.pollers.shaken.set()
        node.kill()
        time.sleep(self.chance.uniform(0.2, 1.0))
        node.start()
        time.sleep(1.5)  # until nginx asks it again
        self.pollers.shaken.clear()
        self.reporters.excused.clear()

    @property
    def some_seconds(self) -> float:
        return self.chance.uniform(8, 15) if self.stage.long else 3.0

    @contextmanager
    def neighbour(self, statement: str) -> Iterator[None]:
        """Another session that did something and did not end its transaction."""
        with psycopg.connect(self.postgres.url, options="-c statement_timeout=5s") as other:
            with suppress(psycopg.Error):  # it did not get what it wanted in time: then nobody waits for it
                other.execute(statement)
            yield
            other.rollback()


def two_nodes(stage: Stage) -> Outcome:
    """Agents report and poll through nginx, one of whose nodes has a clock that is ten minutes behind."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    scene = started(stage, stage.postgres)
    revoked = revocation(scene.nodes)
    scene.reporters.start()
    scene.pollers.start()
    done = happened(scene)
    wait_until(scene.reporters.are_done, TOTAL[stage.long] / RATE + 120, "the last observations", 0.2)
    scene.reporters.stop()
    seen, told = scene.pollers.stop(), scene.reporters.told
    stored, failures = while_away(lambda: compared(scene.reporters.begin), 30)
    failures += complaints(told) + agrees(seen, turns())
    if unanswered := len(seen.asked) - len(seen.answered):
        failures.append(f"{unanswered} of {len(seen.asked)} polls were not answered")
    if revoked > REVOKED_WITHIN:
        failures.append(f"a revoked token was taken for {revoked:.2f} s")
    if "clock" not in degraded(scene.nodes[1].port):
        failures.append("the node whose clock is behind does not say so")
    notes = {
        "happened": ", ".join(done),
        "revoked token taken for": f"{revoked:.2f} s",
        "polls": f"{len(seen.answered)} of {len(seen.asked)}, longest {seen.longest:.2f} s",
        **noted(told),
    }
    ledger = scene.reporters.ledger()
    return Outcome("two_nodes", stage.seed, told.sent, ledger, stored, notes=notes, failures=failures)


def started(stage: Stage, postgres: Postgres) -> Scene:
    """Everything that runs, and who is about to report and poll."""
    chance, tokens = seeded(stage.seed), prepare(stage)
    forget()
    nodes = (Node(stage, "node-a"), Node(stage, "node-b", environment=behind(stage.folder / "behind")))
    with ThreadPoolExecutor() as both:  # at once: migrate and all
        list(both.map(Node.start, nodes))
    proxy = Nginx(stage.folder / "nginx", [node.port for node in nodes], PROXY)
    proxy.start()
    stage.started += [proxy]
    stage.worker()
    stage.schedule()
    total = TOTAL[stage.long]
    token = new_token("reporters", Agent.objects.get(name=AGENT), "observations:write")
    # Just before now: a clock that is ten minutes behind would call each of them from the future.
    begin = datetime.now(UTC) - timedelta(seconds=total / WRITERS / 10 + 30)
    reporters = Reporters(
        proxy.port, token, stage.folder, chance, many=WRITERS, total=total, rate=RATE, begin=begin
    )
    return Scene(stage, postgres, chance, nodes, reporters, Pollers(proxy.port, tokens, chance, count=4))


def noted(told: Told) -> dict[str, str]:
    """What the reporters saw, as notes for the ledger."""
    return {
        "without an answer": f"{told.unknown}",
        "tries again": f"{told.again}",
        "results": ", ".join(f"{count} {word}" for word, count in told.results.items()),
        "statuses": ", ".join(f"{count} {status}" for status, count in sorted(told.statuses.items())),
        "slowest 503": f"{told.slowest_refusal:.2f} s",
        "longest gap": f"{told.longest_gap:.2f} s",
    }


def happened(scene: Scene) -> list[str]:
    """Have everything happen, in any order; what did."""
    each: list[Callable[[Scene], None]] = [
        Scene.frozen,
        Scene.locked,
        Scene.idle_in_transaction,
        Scene.restarted,
        Scene.node_killed,
    ]
    every = each * (3 if scene.stage.long else 1)
    scene.chance.shuffle(every)
    for one in every:
        time.sleep(scene.chance.uniform(1, 2))
        one(scene)
        heard, are_done = scene.reporters.told.next_is_heard(), scene.reporters.are_done
        wait_until(lambda: heard() or are_done(), 30, f"an observation after {one.__name__}")  # noqa: B023
    return [one.__name__ for one in every]


def behind(folder: Path) -> dict[str, str]:
    """The environment of a process whose clock is ten minutes behind. Raises Missing."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SLEEP)
    found = next(Path("/").glob(LIBRARIES.lstrip("/")), None)
    if found is None:
        raise Missing("libfaketime is not installed (Debian, Ubuntu: apt install faketime)")
    return {"LD_PRELOAD": str(found), "FAKETIME": BEHIND, "PYTHONPATH": str(folder), **MONOTONIC}


def revocation(nodes: tuple[Node, Node]) -> float:
    """For how many seconds a token is taken after it was revoked, by any worker process of either node."""
    secret = new_token("to be revoked", None, "registry:read")
    time.sleep(1.5)  # until all know it: who does not would ask the database, and could not be late
    token = ApiToken.objects.get(name="to be revoked", revoked=None)
    wait_until(lambda: all(poll(node.port, secret).status == 200 for node in nodes), 5, "a new token")
    token.revoke()
    start = last = time.monotonic()
    while time.monotonic() - start < 3:
        for node in nodes:
            before = time.monotonic()
            if poll(node.port, secret).status == 200:
                last = before
    return last - start


def poll(port: int, secret: str) -> http.client.HTTPResponse:
    """One poll over a connection of its own, which any worker process may take."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", f"{API}registry", headers={"Authorization": f"Bearer {secret}"})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def degraded(port: int) -> list[str]:
    """What `/readyz` says is wrong."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        said = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return [one["what"] for one in said.get("degraded", ())]


FAULTS = (two_nodes,)
