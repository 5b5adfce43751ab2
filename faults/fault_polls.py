"""Polls go on, whatever happens to the database, to the web server's processes, and to the file of what is served."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from django.conf import settings

from faults.ledger import Outcome, seeded
from faults.pollers import TURN, Pollers, agrees, status
from faults.publishing import new_token, prepare, publish, turns
from faults.servers import Missing, Postgres, Server, spare_port, wait_until
from faults.stage import Stage
from releases.serving.assembly import snapshot
from releases.serving.bodies import Variant

NOWHERE = "postgres://auren@127.0.0.1:1/postgres"
"""A database that is away: the same one by its name, at a port where nothing listens."""

SEEN_WITHIN = 5.0
"""Seconds until every worker serves a release: one, where nothing else is going on."""


@dataclass(slots=True)
class Scene:
    """A web server with two workers, agents that poll it, and what came of it so far."""

    stage: Stage
    chance: Random
    port: int
    server: Server
    pollers: Pollers
    notes: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def restart(self, **environment: str) -> float:
        """Stop the web server and start it again; the seconds until it answers."""
        self.pollers.shaken.set()
        self.server.stop()
        start = time.monotonic()
        self.server = web(self.stage, self.port, **environment)
        time.sleep(1)  # until a poller that was refused has asked again
        self.pollers.shaken.clear()
        return time.monotonic() - start - 1

    def publish(self) -> None:
        """Publish, and wait until every poller is served that."""
        self.wait_for(publish(self.stage))

    def wait_for(self, release: int) -> None:
        try:
            all_on = self.pollers.all_on(release)
            took = wait_until(all_on, SEEN_WITHIN, f"release {release} at every poller", 0.01)
        except TimeoutError as late:
            self.failures.append(str(late))
        else:
            self.slowest = max(self.slowest, took)

    def outcome(self, name: str) -> Outcome:
        """The ledger of all polls: every one that was sent must have been answered, and rightly."""
        found = self.pollers.stop()
        failures = self.failures + agrees(found, turns())
        notes = self.notes | {
            "releases": str(len(found.turns)),
            "a publish seen within": f"{self.slowest:.2f} s",
            "longest wait": f"{found.longest:.2f} s",
            "tries again": str(found.again),
            "oldest answer": f"{found.oldest} s",
        }
        asked = set(found.asked)
        return Outcome(
            name, self.stage.seed, len(asked), asked, found.answered, notes=notes, failures=failures
        )


@contextmanager
def polled(stage: Stage) -> Iterator[Scene]:
    """Have agents poll a published registry. Raises Missing without PostgreSQL: SQLite is a file, never away."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    chance, port, tokens = seeded(stage.seed), spare_port(), prepare(stage)
    server = web(stage, port)
    scene = Scene(stage, chance, port, server, Pollers(port, tokens, chance))
    scene.pollers.start()
    try:
        yield scene
    finally:
        scene.pollers.stop()


def web(stage: Stage, port: int, **environment: str) -> Server:
    """Have the web server answer, with two workers."""
    server = stage.run("up", "--web-only", "--port", str(port), AUREN_WORKERS="2", **environment)
    wait_until(lambda: status(port, "/livez") == 200, 30, "the web server", 0.02)
    return server


def polls_database_away(stage: Stage) -> Outcome:
    """PostgreSQL is cut off and started again while agents poll; then it stays away, and the web is restarted."""
    with polled(stage) as scene:
        postgres: Postgres = stage.postgres  # type: ignore[assignment]  # `polled` needs it too
        scene.publish()
        for _ in range(10 if stage.long else 2):
            time.sleep(scene.chance.uniform(0.5, 1.5))
            postgres.cut()
            time.sleep(scene.chance.uniform(0.1, 2.0))
            postgres.start()
            scene.publish()
        postgres.cut()
        try:
            told = alone(scene, 300 if stage.long else 30)
            scene.notes["started without it in"] = f"{scene.restart():.1f} s"
            told += alone(scene, 300 if stage.long else 30)
        finally:
            postgres.start()
        if set(told) != {200}:
            scene.failures.append(f"while the database was away, /livez and /readyz said {told}")
        scene.publish()
        return scene.outcome("polls_database_away")


def alone(scene: Scene, seconds: float) -> list[int]:
    """Let time go by without a database; what the server says of itself."""
    time.sleep(seconds)
    return [status(scene.port, path) for path in ("/livez", "/readyz")]


def polls_workers_killed(stage: Stage) -> Outcome:
    """A worker of the web server is killed again and again while releases are published and polled."""
    with polled(stage) as scene:
        scene.pollers.shaken.set()
        kills, last = 50 if stage.long else 6, 0
        for _ in range(kills):
            kill_one(scene.server, scene.chance)
            end = time.monotonic() + 2
            while time.monotonic() < end:
                last = publish(stage)
        scene.wait_for(last)
        scene.notes["kills"] = str(kills)
        return scene.outcome("polls_workers_killed")


def kill_one(server: Server, chance: Random) -> None:
    """Kill one of its workers, as a power cut would."""
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    with suppress(ProcessLookupError, IndexError):
        os.kill(int(chance.choice(workers)), signal.SIGKILL)


def polls_snapshot_damaged(stage: Stage) -> Outcome:
    """The file of what is served is cut off or written over at 50 places; the one before it is used instead."""
    with polled(stage) as scene:
        for turn in range(2):
            new_token(f"more {turn}", None, "registry:read")
            scene.publish()
        time.sleep(3)  # a file is written once its content is served
        scene.pollers.shaken.set()
        scene.server.stop()
        whole = stage.folder / "whole"
        shutil.copytree(settings.SNAPSHOT_DIR, whole)
        released, starts, wrong = turns(), 50 if stage.long else 4, 0
        for turn in range(50):
            told = damage(whole, ("stock", "grants")[turn % 2], scene.chance)
            problem = wrong_on_file(released)
            if problem:
                wrong += 1
                scene.failures.append(f"{told}: {problem}")
            elif turn < starts:
                scene.restart(DATABASE_URL=NOWHERE)
        scene.notes |= {"damaged": "50 times", "read wrongly": str(wrong), "started from it": str(starts)}
        scene.restart()
        return scene.outcome("polls_snapshot_damaged")


def damage(whole: Path, name: str, chance: Random) -> str:
    """Have the files as they were, but one cut off or written over; says how."""
    folder = Path(settings.SNAPSHOT_DIR)
    shutil.rmtree(folder)
    shutil.copytree(whole, folder)
    place = chance.randrange((folder / name).stat().st_size)
    with (folder / name).open("r+b") as file:
        if chance.random() < 0.5:
            file.truncate(place)
            return f"{name} cut off at {place}"
        file.seek(place)
        file.write(chance.randbytes(8))
        return f"{name} written over at {place}"


def wrong_on_file(released: dict[int, int]) -> str:
    """What is wrong with what a start would serve, or ""."""
    logging.disable()  # that a file cannot be used is what is wanted here
    try:
        found = snapshot().load()
    except Exception as error:  # whatever it is, the server would not start
        return f"{type(error).__name__}: {error}"
    finally:
        logging.disable(logging.NOTSET)
    if found is None:
        return "nothing to serve, though the file before is whole"
    for number, bodies in found[0].stock.releases.items():
        for address, body in bodies.items():
            said = set(map(int, TURN.findall(body.plain.data)))
            if said - {released[number]}:
                return f"{address} of release {number} says {sorted(said)}"
            if body.plain.etag != Variant.of(body.plain.data).etag:
                return f"{address} of release {number} has another ETag than its bytes"
    return ""


FAULTS = (polls_database_away, polls_workers_killed, polls_snapshot_damaged)
