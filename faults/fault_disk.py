"""The disk is full: polls go on, everything else says so, no process ends, and all goes on by itself."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from contracts.evaluation import micros
from faults.disk_site import FOUND, PASSWORD, PUBLISH, SETUP, WRITE, Ballast, Site, small_disk
from faults.fault_observations import most
from faults.ledger import Outcome, seeded
from faults.pollers import Pollers, agrees, status
from faults.reporters import EACH, SOURCE, USER, Reporters, moment_of, value_of
from faults.servers import Server, spare_port, wait_until
from faults.stage import Stage

RECOVERS_WITHIN = 10.0
"""Seconds after which everything works again once there is room."""
CLEAR = (503, 507)


@dataclass(slots=True)
class Watch:
    """What should not be, and what else was seen."""

    failures: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def check(self, holds: bool, failure: str) -> None:
        if not holds:
            self.failures.append(failure)


def disk_full(stage: Stage) -> Outcome:
    """Database, snapshots and counts are on a disk that is filled while agents poll and report and people work."""
    with ExitStack() as stack:
        site = Site(stage, stack.enter_context(small_disk(stage.folder / "disk", "96m")), spare_port())
        stack.callback(stage.clear)
        tokens = site.python(SETUP, PASSWORD=PASSWORD, EXPORT=str(site.data / "export"))
        server, chance, watch = site.serve(), seeded(stage.seed), Watch()
        wait_until(lambda: status(site.port, "/livez") == 200, 60, "the web server")
        pollers = Pollers(site.port, tokens["polls"], chance, count=3)
        total = most() * 10 - 10
        reporters = Reporters(
            site.port, tokens["reports"], stage.folder, chance, many=10, total=total, rate=20
        )
        pollers.start()
        reporters.start()
        stack.callback(reporters.stop)
        stack.callback(pollers.stop)
        time.sleep(3)
        for _ in range(6 if stage.long else 1):
            fill_once(site, server, pollers, reporters, watch, 60 if stage.long else 5)
        reporters.stop()
        found = pollers.stop()
        there = site.python(FOUND, SOURCE=SOURCE) or {"turns": [], "stored": []}
        watch.failures += agrees(found, dict(there["turns"])) + list(dict.fromkeys(reporters.told.wrong))[:10]
        lost = len(set(found.asked) - set(found.answered))
        watch.check(not lost, f"{lost} polls were not answered")
        statuses = ", ".join(f"{count} {one}" for one, count in sorted(reporters.told.statuses.items()))
        watch.notes |= {
            "polls": f"{len(found.answered)} of {len(found.asked)}",
            "longest poll": f"{found.longest:.2f} s",
            "reports answered": statuses,
        }
        return Outcome(
            "disk_full",
            stage.seed,
            reporters.told.sent,
            reporters.ledger(),
            stored(there["stored"], watch),
            notes=watch.notes,
            failures=watch.failures,
        )


def fill_once(
    site: Site, server: Server, pollers: Pollers, reporters: Reporters, watch: Watch, seconds: float
) -> None:
    """Fill the disk, do all that people and programs do, and make room again."""
    export, before = site.data / "export", children(server)
    files = contents(export)
    with Ballast(site.data):
        time.sleep(seconds)
        refused = [reporters.told.statuses[code] for code in CLEAR]
        watch.check(sum(refused) > 0, "no report was refused: the disk was not full")
        watch.check(status(site.port, "/livez") == 200, "/livez did not answer")
        watch.check(status(site.port, "/readyz") == 200, "/readyz did not say that polls are answered")
        code, page = site.sign_in()
        watch.notes["signing in"] = str(code)
        watch.check(
            code == 302 or (code in CLEAR and "Not available at the moment" in page),
            f"signing in: {code} {page[:200]}",
        )
        tried_to_write(site, export, watch)
        watch.check(contents(export) == files, "an export that did not fit changed what was there")
        watch.check(children(server) == before, f"a process ended: {before} before, {children(server)} after")
        kill_a_worker(server, pollers, site, watch)
        before = children(server)
    try:
        heard = reporters.told.next_is_heard()
        took = wait_until(heard, RECOVERS_WITHIN, "a report that is taken in again")
        watch.notes["reports back after"] = f"{took:.1f} s"
        took = wait_until(lambda: site.sign_in()[0] == 302, RECOVERS_WITHIN, "a sign-in that works again")
        watch.notes["sign-in back after"] = f"{took:.1f} s"
    except TimeoutError as late:
        watch.failures.append(str(late))
    release = site.python(PUBLISH)
    watch.check(release is not None, "nothing could be published once there was room")
    try:
        wait_until(pollers.all_on(release or 0), 10, f"release {release} at every poller")
    except TimeoutError as late:
        watch.failures.append(str(late))
    watch.check(children(server) == before, "a process ended once there was room")


def tried_to_write(site: Site, export: Path, watch: Watch) -> None:
    """Publish and export, neither of which has room; an end without words is wrong."""
    said = site.python(WRITE, EXPORT=str(export)) or {}
    for name, words in ("publish", "disk is full"), ("export", "No space left"):
        told = said.get(name, "nothing")
        watch.notes[f"{name} on a full disk"] = told[:80]
        watch.check(told == "done" or words in told, f"{name} on a full disk: {told}")


def kill_a_worker(server: Server, pollers: Pollers, site: Site, watch: Watch) -> None:
    """A worker that starts on a full disk answers polls as the others do."""
    pollers.shaken.set()
    before = children(server)
    victim = web_workers(server)[0]
    os.kill(victim, signal.SIGKILL)
    try:
        wait_until(lambda: len(children(server) - before) == 1, 10, "a worker in the place of a killed one")
    except TimeoutError as late:
        watch.failures.append(str(late))
    time.sleep(3)
    pollers.shaken.clear()
    watch.check(status(site.port, "/livez") == 200, "/livez did not answer after a worker was killed")


def children(server: Server) -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()}


def web_workers(server: Server) -> list[int]:
    """Those that are no command of their own: they were forked."""
    own = Path(f"/proc/{server.pid}/cmdline").read_bytes()
    return [pid for pid in sorted(children(server)) if Path(f"/proc/{pid}/cmdline").read_bytes() == own]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored(rows: list[tuple[str, int, float]], watch: Watch) -> list[int]:
    """The numbers of all observations that are stored."""
    moments = {micros(moment_of(number)): number for number in range(most())}
    numbers = []
    for user, at, value in rows:
        number = moments[at]
        numbers.append(int(user.removeprefix(USER)) * EACH + number)
        watch.check(value == value_of(number), f"{value} is stored for {value_of(number)}")
    return numbers


FAULTS = (disk_full,)
