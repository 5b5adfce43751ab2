"""Agents that poll all the time, and check every answer.

Each publish says its turn in the description of every KPI. So a body in which two turns are found is torn, and one
with another release's number than the turn's is mixed up.
"""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from threading import Event, Lock, Thread

from faults.ledger import seeded

TURN = re.compile(rb"turn (\d+)")
PATIENCE = 20.0
"""Seconds after which a poll that is asked again and again counts as not answered."""
EACH = 10_000_000


@dataclass(slots=True)
class Seen:
    """What all pollers saw together."""

    asked: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    again: int = 0
    """Tries without any answer, as from a process that was killed."""
    unexcused: int = 0
    """Those of them while nothing was done to the web server."""
    longest: float = 0.0
    oldest: int = 0
    by_etag: dict[tuple[str, str], bytes] = field(default_factory=dict)
    turns: dict[int, set[int]] = field(default_factory=dict)
    """The turns of the bodies served as each release."""
    newest: dict[int, int] = field(default_factory=dict)
    """The release that each poller was served last."""


class Pollers:
    """Threads, each with one connection that it keeps. ``tokens`` are by path; ``shaken`` says that failed tries
    are due to what is done to the web server right now."""

    def __init__(self, port: int, tokens: Mapping[str, str], chance: Random, count: int = 8) -> None:
        self.port, self.tokens = port, tokens
        self.seen, self.shaken = Seen(), Event()
        self._lock, self._stop = Lock(), Event()
        self._threads = [
            Thread(target=self._run, args=(n, seeded(chance.randrange(10**6))), daemon=True)
            for n in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> Seen:
        """What was seen, once each has its last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)
        return self.seen

    def all_on(self, release: int) -> Callable[[], bool]:
        """Whether every poller was served at least this release."""
        return lambda: (
            len(self.seen.newest) == len(self._threads) and min(self.seen.newest.values()) >= release
        )

    def _run(self, number: int, chance: Random) -> None:
        poller = Poller(self, number, chance)
        poll = number * EACH
        while not self._stop.is_set():
            poll += 1
            with self._lock:
                self.seen.asked.append(poll)
            start = time.monotonic()
            try:
                problem = poller.poll(start + PATIENCE)
            except Exception as error:  # whatever it is, the ledger must tell
                problem = f"{type(error).__name__}: {error}"
            with self._lock:
                self.seen.longest = max(self.seen.longest, time.monotonic() - start)
                if problem:
                    self.seen.wrong.append(problem)
                else:
                    self.seen.answered.append(poll)
            time.sleep(chance.uniform(0.005, 0.05))


class Poller:
    """One of them: its connection, and what it knows already."""

    def __init__(self, all_of_them: Pollers, number: int, chance: Random) -> None:
        self.all, self.number, self.chance = all_of_them, number, chance
        self.etags: dict[str, str] = {}
        self.release = 0
        self.connection: http.client.HTTPConnection | None = None

    def poll(self, until: float) -> str:
        """Ask until there is an answer; what is wrong with it, or ""."""
        path = self.chance.choice(list(self.all.tokens))
        headers = {"Authorization": f"Bearer {self.all.tokens[path]}"}
        if path in self.etags and self.chance.random() < 0.5:
            headers["If-None-Match"] = self.etags[path]
        while time.monotonic() < until:
            try:
                return self._once(path, headers)
            except (OSError, http.client.HTTPException):
                self._close()
                self.all.seen.again += 1
                self.all.seen.unexcused += not self.all.shaken.is_set()
                time.sleep(0.02)
        return f"{path}: no answer in {PATIENCE:.0f} s"

    def _once(self, path: str, headers: dict[str, str]) -> str:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.all.port, timeout=5)
            self.release = 0  # perhaps another process: it is on its own way
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.will_close:
            self._close()
        return self.wrong(path, headers.get("If-None-Match"), answer, body)

    def _close(self) -> None:
        if self.connection:
            with suppress(OSError):
                self.connection.close()
        self.connection = None

    def wrong(self, path: str, known: str | None, answer: http.client.HTTPResponse, body: bytes) -> str:
        """What is wrong with an answer, or ""."""
        seen, etag = self.all.seen, answer.headers["ETag"] or ""
        if answer.status not in (200, 304):
            return f"{path}: {answer.status} {body[:200].decode(errors='replace')}"
        release = int(answer.headers["Auren-Release"])
        seen.oldest = max(seen.oldest, int(answer.headers["Auren-Age"]))
        if release < self.release:
            return f"{path}: release {release} after {self.release} over one connection"
        self.release = seen.newest[self.number] = release
        if answer.status == 304:
            return "" if known == etag else f"{path}: 304 with another ETag"
        self.etags[path] = etag
        turns = set(map(int, TURN.findall(body)))
        if len(turns) != 1 or not json.loads(body):
            return f"{path}: turns {sorted(turns)} in one body"
        seen.turns.setdefault(release, set()).update(turns)
        digest = sha256(body).digest()
        if seen.by_etag.setdefault((path, etag), digest) != digest:
            return f"{path}: two bodies with one ETag"
        return ""


def agrees(seen: Seen, published: Mapping[int, int]) -> list[str]:
    """What is to be complained of; ``published`` are the turns by release."""
    failures = list(dict.fromkeys(seen.wrong))[:10]
    for release, turns in seen.turns.items():
        if turns != {published.get(release)}:
            failures.append(f"release {release} was served with turns {sorted(turns)}")
    if seen.unexcused:
        failures.append(f"{seen.unexcused} tries without an answer while the web server was left alone")
    return failures


def status(port: int, path: str) -> int:
    """The status of one request; 0 when there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
