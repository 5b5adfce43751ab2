"""Agents that report observations for as long as a fault goes on, and write down what they were answered.

Each has a ledger file of its own, in which every observation that was answered is written before it goes on.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from typing import Any

ADDRESS = "/api/v1/observations"
AGENT, KPI, SOURCE = "NEUROS", "hrv_rmssd", "band"
USER = "reporter-"
EACH = 1_000_000
"""Observations are numbered: the reporter's number times this, and which one of theirs it is."""
MOST = 10
"""Of one body; half of the bodies hold one."""
PATIENCE = 30.0
"""Seconds for which the same body is sent again, by who does not give up at once."""
KEEP_ON = 0.8
"""How many do not. The others never learn whether their observations were stored."""
ONCE_MORE = 0.05
"""How many bodies that were answered are sent again: the answer must be the same."""
REFUSALS = (503, 507)
"""The database is away, or its disk full."""
BEGIN = datetime.now(UTC) - timedelta(days=1)


def moment_of(sequence: int, begin: datetime = BEGIN) -> datetime:
    """When the observation of a number was made: each has a moment of its own."""
    return begin + timedelta(milliseconds=100 * sequence)


@dataclass(slots=True)
class Told:
    """What all of them saw."""

    sent: int = 0
    unknown: int = 0
    again: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest_refusal: float = 0.0
    longest_gap: float = 0.0
    _heard: float = field(default_factory=time.monotonic)

    def heard(self) -> None:
        """An observation was taken in: how long is it since the one before, of whomever?"""
        now = time.monotonic()
        self.longest_gap = max(self.longest_gap, now - self._heard)
        self._heard = now

    def next_is_heard(self) -> Callable[[], bool]:
        """Something that tells whether another observation was taken in since it was made."""
        before = self._heard
        return lambda: self._heard > before


class Reporters:
    """So many of them, with so many observations together in a second, of the time from ``begin`` on.

    ``excused`` says that a proxy may not reach a node right now, which it tells by 502.
    """

    def __init__(
        self,
        port: int,
        token: str,
        folder: Path,
        chance: Random,
        *,
        many: int,
        total: int,
        rate: float,
        begin: datetime = BEGIN,
    ) -> None:
        self.port, self.token, self.folder, self.begin = port, token, folder, begin
        self.told, self.lock, self.stopped, self.excused = Told(), Lock(), Event(), Event()
        self.share = total // many
        self.pause = many / rate
        self.threads = [
            Thread(target=Reporter(self, number, Random(chance.random())).run, daemon=True)  # noqa: S311
            for number in range(1, many + 1)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.start()

    def are_done(self) -> bool:
        """Whether all have sent everything."""
        return not any(thread.is_alive() for thread in self.threads)

    def stop(self) -> None:
        """Have them end early."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(PATIENCE + 10)

    def ledger(self) -> set[int]:
        """The numbers of all that were answered."""
        files = self.folder.glob("reported-*")
        return {int(line) for path in files for line in path.read_text().split()}


class Reporter:
    """One of them: its connection, its ledger, its next observation."""

    def __init__(self, all_of_them: Reporters, number: int, chance: Random) -> None:
        self.all, self.number, self.chance = all_of_them, number, chance
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Report until all is sent, at its own pace; after trouble faster, until it is where it should be."""
        done, start = 0, time.monotonic()
        path = self.all.folder / f"reported-{self.number}"
        with path.open("w", buffering=1) as ledger:
            while done < self.all.share and not self.all.stopped.is_set():
                ahead = done * self.all.pause - (time.monotonic() - start)
                if ahead > 0:
                    time.sleep(ahead * self.chance.uniform(0.8, 1.2))
                size = 1 if self.chance.random() < 0.5 else self.chance.randint(2, MOST)
                numbers = range(done, min(done + size, self.all.share))
                try:
                    answer = self.report(numbers)
                except Exception as error:  # whatever it is, the ledger must tell
                    with self.all.lock:
                        self.all.told.wrong.append(f"{type(error).__name__}: {error}")
                    answer = None
                if answer:
                    ledger.write("".join(f"{self.number * EACH + number}\n" for number in numbers))
                done = numbers.stop

    def report(self, numbers: range) -> bool:
        """Send some, and again where there is no answer; whether they were taken in."""
        body = json.dumps([self.observation(number) for number in numbers]).encode()
        told = self.all.told
        with self.all.lock:
            told.sent += len(numbers)
        until = time.monotonic() + (PATIENCE if self.chance.random() < KEEP_ON else 0)
        while True:
            answer = self.once(body)
            if answer is not None:
                break
            if time.monotonic() > until or self.all.stopped.is_set():
                with self.all.lock:
                    told.unknown += len(numbers)
                return False
            with self.all.lock:
                told.again += 1
            time.sleep(self.chance.uniform(0.05, 0.3))
        with self.all.lock:
            told.results.update(answer["results"])
            told.heard()
        if self.chance.random() < ONCE_MORE:
            repeated = self.once(body)
            if repeated is not None and repeated != answer:
                with self.all.lock:
                    told.wrong.append(f"one body, two answers: {answer['results']}, {repeated['results']}")
        return True

    def observation(self, number: int) -> dict[str, Any]:
        """The observation of a number; its value tells the number too."""
        return {
            "kpi": KPI,
            "value": value_of(number),
            "at": moment_of(number, self.all.begin).isoformat(),
            "user_id": f"{USER}{self.number}",
            "measurement_source": SOURCE,
        }

    def once(self, body: bytes) -> Mapping[str, Any] | None:
        """The answer; None where there is none, or it says that the time is bad."""
        start = time.monotonic()
        headers = {"Authorization": f"Bearer {self.all.token}", "Content-Type": "application/json"}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.all.port, timeout=15)
            self.connection.request("POST", ADDRESS, body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        if answer.will_close:
            self.close()
        return self.judged(answer.status, answer.headers.get("Retry-After"), text, time.monotonic() - start)

    def judged(self, status: int, later: str | None, text: bytes, took: float) -> Mapping[str, Any] | None:
        """The answer, where it is one; anything but 200 and a refusal that says when to come again is wrong."""
        told = self.all.told
        with self.all.lock:
            told.statuses[status] += 1
            if status == 200:
                found: Mapping[str, Any] = json.loads(text)
                return found
            if status == 502 and self.all.excused.is_set():
                return None
            told.slowest_refusal = max(told.slowest_refusal, took)
            if status not in REFUSALS or not later:
                told.wrong.append(f"{status} {text[:200].decode(errors='replace')}")
        return None

    def close(self) -> None:
        """Begin with another connection."""
        if self.connection:
            with suppress(OSError):
                self.connection.close()
        self.connection = None


def value_of(number: int) -> float:
    """Between 20 and 60, so that states come and go; known from the number."""
    return 20 + number * 7 % 400 / 10
