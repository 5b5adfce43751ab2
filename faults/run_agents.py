"""Agents that report, look into their inbox and do what it says, for as long as a fault goes on.

Each has a ledger file of its own, in which every report about a step or a hand-off that was answered is written before
it goes on. A report has a number, which is stored with it as evidence or in words.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from typing import Any

from faults.run_site import KPI_NAME

EACH = 1_000_000
"""Reports are numbered: the agent's number times this, and which one of theirs it is."""
LEDGER = "ledger "
PATIENCE = 30.0
"""Seconds for which the same is sent again, where there is no answer."""
LAWFUL_REFUSALS = frozenset({"not_needed", "run_ended", "already_answered", "not_accepted"})
"""A run may end between the look into the inbox and the report; that something is settled already would mean that it
was done twice."""


@dataclass(slots=True)
class Told:
    """What all agents together saw."""

    sent: int = 0
    observations: int = 0
    opened: int = 0
    unknown: int = 0
    again: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_refusal: float = 0.0


class Agents:
    """So many agents as there are tokens, each with so many people, whose values fall ``episodes`` times in a time."""

    def __init__(
        self, port: int, tokens: Mapping[str, str], folder: Path, chance: Random, *, people: int, seconds: float,
        episodes: float = 1.0,
    ) -> None:  # fmt: skip
        self.port, self.folder, self.people = port, folder, people
        for old in folder.glob("did-*"):
            old.unlink()
        self.told, self.lock, self.stopped = Told(), Lock(), Event()
        self.every = seconds / (people * episodes * 2)
        """Seconds between two values of one agent: one that is low, and one that ends it."""
        self.pause = max(0.3, len(tokens) * 0.03)
        """Seconds between two looks into an inbox, at the least."""
        self.threads = [
            Thread(target=AgentAtWork(self, number, name, token, Random(chance.random())).run, daemon=True)  # noqa: S311
            for number, (name, token) in enumerate(sorted(tokens.items()), 1)
        ]

    def start(self) -> None:
        """Have every agent begin."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Have them end what they are about."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(PATIENCE + 10)

    def ledger(self) -> set[int]:
        """The numbers of all reports that were answered."""
        files = self.folder.glob("did-*")
        return {int(line) for path in files for line in path.read_text().split()}


class AgentAtWork:
    """One of them: its connection, its ledger, its people."""

    def __init__(self, all_of_them: Agents, number: int, name: str, token: str, chance: Random) -> None:
        self.all, self.number, self.name, self.token, self.chance = (
            all_of_them, number, name, token, chance,
        )  # fmt: skip
        self.connection: http.client.HTTPConnection | None = None
        self.next, self.turn = number * EACH, 0
        self.left: set[tuple[int, int]] = set()
        self.said: set[tuple[int, int]] = set()
        """What was reported: an inbox may be a moment old, and nobody, as little as the client, acts twice for that."""

    def run(self) -> None:
        """A value when it is due, and whatever the inbox has, until told to stop."""
        start = time.monotonic()
        with (self.all.folder / f"did-{self.number}").open("w", buffering=1) as self.ledger:
            while not self.all.stopped.is_set():
                try:
                    due = min(int((time.monotonic() - start) / self.all.every) - self.turn, 20)
                    if due > 0:
                        self.observe(due)
                    self.work()
                except Exception as error:  # whatever it is, the ledger must tell
                    with self.all.lock:
                        self.all.told.wrong.append(f"{type(error).__name__}: {error}")
                self.all.stopped.wait(self.all.pause * self.chance.uniform(1, 3))

    def observe(self, count: int) -> None:
        """Report as many values: each person's falls, and at their next turn is as it should be."""
        found: list[dict[str, Any]] = []
        for _ in range(count):
            person, is_over = self.turn % self.all.people, self.turn // self.all.people % 2
            value = 60 if is_over else self.chance.choice((18, 18, 28))
            self.turn += 1
            at = datetime.now(UTC).isoformat()
            found.append(
                {"kpi": KPI_NAME, "value": value, "at": at, "user_id": f"f{self.number}-{person}",
                 "measurement_source": "band"}
            )  # fmt: skip
        answer = self.asked("POST", "observations", found)
        with self.all.lock:
            self.all.told.observations += count
            self.all.told.opened += len(answer["runs"]) if answer else 0

    def work(self) -> None:
        """Look into the inbox, and do what it says."""
        inbox = self.asked("GET", f"agents/{self.name}/inbox")
        for run in inbox["runs"] if inbox else ():
            if self.all.stopped.is_set():
                return
            self.work_at(run)

    def work_at(self, run: Mapping[str, Any]) -> None:
        """One run: answer what is asked, do what is to be done, leave some."""
        if run["state"] == "offered":
            self.answer(run)
            return
        for number, state in self.chosen(run):
            self.said.add((run["id"], number))
            report = self.chance.random()
            if report < 0.1:
                self.tell(f"runs/{run['id']}/steps/{number}", {"state": "started"}, run["id"])
            words = {"note": "Not today."} if state == "skipped" else {}
            self.tell(f"runs/{run['id']}/steps/{number}", {"state": state, **words}, run["id"])
            if report > 0.95:
                self.tell(f"runs/{run['id']}/steps", {"action": "call_the_coach"}, run["id"])

    def chosen(self, run: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
        for step in run["steps"]:
            key = (run["id"], step["number"])
            is_open = step["kind"] != "hand_off" and step["state"] in ("pending", "started")
            if not is_open or key in self.left or key in self.said:
                continue
            if self.chance.random() < 0.15:  # for the sweep to find
                self.left.add(key)
            else:
                yield step["number"], "skipped" if self.chance.random() < 0.1 else "done"

    def answer(self, run: Mapping[str, Any]) -> None:
        key = (run["id"], 0)
        if key in self.left or key in self.said:
            return
        choice = self.chance.random()
        if choice < 0.1:
            self.left.add(key)
            return
        self.said.add(key)
        number = self.counted()
        said = (
            {"accept": True, "note": f"{LEDGER}{number}"}
            if choice < 0.8
            else {"accept": False, "reason": f"{LEDGER}{number}"}
        )
        self.settle(number, "accepted" if choice < 0.8 else "refused", f"runs/{run['id']}/acceptance", said)

    def tell(self, path: str, body: dict[str, Any], run: int) -> None:
        number = self.counted()
        evidence = {"evidence": {"ledger": number}}
        self.settle(number, body.get("state", "undeclared"), path, body | evidence)

    def counted(self) -> int:
        self.next += 1
        with self.all.lock:
            self.all.told.sent += 1
        return self.next

    def settle(self, number: int, what: str, path: str, body: Mapping[str, Any]) -> None:
        """Tell it until it is answered, and write that down; "started" is overwritten by what comes next."""
        if self.asked("POST", path, body) is None:
            return
        with self.all.lock:
            self.all.told.did[what] += 1
        if what != "started":
            self.ledger.write(f"{number}\n")

    def asked(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, asked for until there is one; None for a refusal that is lawful, or none in all that time."""
        until, told = time.monotonic() + PATIENCE, self.all.told
        while True:
            status, found = self.once(method, path, body)
            if status == 200:
                return found
            if status == 409:
                code = found.get("code", "")
                with self.all.lock:
                    told.refused[code] += 1
                    if code not in LAWFUL_REFUSALS:
                        told.wrong.append(f"{method} {path}: {code} {found.get('detail', '')}")
                return None
            if status not in (0, 503) or time.monotonic() > until:
                with self.all.lock:
                    told.unknown += 1
                    if status not in (0, 503):
                        told.wrong.append(f"{method} {path}: {status} {str(found)[:200]}")
                return None
            with self.all.lock:
                told.again += 1
            time.sleep(self.chance.uniform(0.05, 0.3))

    def once(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """The status, 0 where there is no answer, and what was said."""
        start, told = time.monotonic(), self.all.told
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.all.port, timeout=15)
            self.connection.request(method, f"/api/v1/{path}", data, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, None
        if answer.will_close:
            self.close()
        took = time.monotonic() - start
        with self.all.lock:
            told.statuses[answer.status] += 1
            if answer.status == 503:
                told.slowest_refusal = max(told.slowest_refusal, took)
                if not answer.headers.get("Retry-After"):
                    told.wrong.append(f"{method} {path}: 503 without Retry-After")
            else:
                told.slowest = max(told.slowest, took)
        try:
            return answer.status, json.loads(text) if text else {}
        except ValueError:
            return answer.status, {"code": text[:200].decode(errors="replace")}

    def close(self) -> None:
        """Begin with another connection."""
        if self.connection:
            with suppress(OSError):
                self.connection.close()
        self.connection = None
