"""Observations on their way: in order, in batches, and the same batch again until the server has answered it."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auren_client.errors import OutboxFull, Problem
from auren_client.wire import Reply, read_problem

LONGEST = 100_000
"""How many observations wait at most, unless told otherwise; a few hundred bytes each."""
BATCH = 1_000
ANSWERS_KEPT = 1_000
# What is no fault of the observations themselves: they are kept, and sent again.
_LATER = frozenset({401, 403, 404, 405, 408, 409, 421, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to a batch, as it came, and the ids of the observations in it, in order."""

    ids: tuple[str, ...]
    data: Mapping[str, Any]

    @property
    def results(self) -> dict[str, str]:
        """What became of each observation: accepted, duplicate, corrected, late, or why it was refused."""
        found = self.data.get("results")
        words = found if isinstance(found, list) else []
        return {identity: str(word) for identity, word in zip(self.ids, words, strict=False)}

    @property
    def states(self) -> list[dict[str, Any]]:
        """For each KPI and user touched: state, previous state, reason, trigger and actions."""
        return self._list("states")

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The protocol runs that the batch opened: id, agent, KPI, user, severity, when, and state."""
        return self._list("runs")

    @property
    def rejected(self) -> list[Rejected]:
        """The observations that were refused, and why."""
        return [
            Rejected(self.ids[index], Problem(200, str(item.get("code", "")), str(item.get("message", ""))))
            for item in self._list("errors")
            if isinstance(index := item.get("index"), int) and 0 <= index < len(self.ids)
        ]

    def _list(self, key: str) -> list[dict[str, Any]]:
        found = self.data.get(key)
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Rejected:
    """An observation that the server refused for good, and why."""

    id: str
    problem: Problem


@dataclass(slots=True)
class _Item:
    id: str
    body: bytes = field(repr=False)


class Outbox:
    """A bounded queue with one batch under way at a time. Safe to use from several threads.

    ``taken`` counts all that came in, ``settled`` those of them that were delivered or refused, ``rejected``
    only the latter.
    """

    def __init__(self, longest: int = LONGEST, batch: int = BATCH) -> None:
        self.longest = longest
        self._batch = batch
        self._lock = threading.Lock()
        self._queue: deque[_Item] = deque()
        self._under_way: list[_Item] = []
        self._answers: deque[Answer] = deque(maxlen=ANSWERS_KEPT)
        self.taken = 0
        self.settled = 0
        self.rejected = 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._queue) + len(self._under_way)

    @property
    def has_batch(self) -> bool:
        """Whether there is as much as fits into a batch, or one to be sent again."""
        with self._lock:
            return bool(self._under_way) or len(self._queue) >= self._batch

    def add(self, identity: str, body: bytes) -> bool:
        """Take one in; whether there is a whole batch now. Raises OutboxFull."""
        with self._lock:
            if len(self._queue) + len(self._under_way) >= self.longest:
                raise OutboxFull(f"{self.longest} observations wait already; the server does not take them")
            self._queue.append(_Item(identity, body))
            self.taken += 1
            return len(self._queue) == self._batch

    def next_batch(self) -> list[bytes]:
        """What to send now: what was under way before, unchanged, or the next ones."""
        with self._lock:
            if not self._under_way:
                count = min(self._batch, len(self._queue))
                self._under_way = [self._queue.popleft() for _ in range(count)]
            return [item.body for item in self._under_way]

    def answered(self, reply: Reply) -> tuple[Problem | None, list[Rejected]]:
        """Note what the server said. A problem means: the same again, later."""
        if 200 <= reply.status < 300:
            return None, self._delivered(reply)
        problem = read_problem(reply)
        if reply.status in _LATER or not 400 <= reply.status < 500:
            return problem, []
        return None, self._refused(problem)

    def take_answers(self) -> list[Answer]:
        """The answers since the last time this was asked; the oldest are dropped when nobody asks."""
        with self._lock:
            answers = list(self._answers)
            self._answers.clear()
            return answers

    def _delivered(self, reply: Reply) -> list[Rejected]:
        try:
            found = json.loads(reply.body)
        except (ValueError, RecursionError):
            found = None
        with self._lock:
            ids = tuple(item.id for item in self._under_way)
            answer = Answer(ids, found if isinstance(found, dict) else {})
            rejected = answer.rejected
            self._under_way = []
            self._answers.append(answer)
            self.settled += len(ids)
            self.rejected += len(rejected)
        return rejected

    def _refused(self, problem: Problem) -> list[Rejected]:
        """A batch refused as a whole is sent in halves, until it is known which one it is about."""
        with self._lock:
            items, half = self._under_way, len(self._under_way) // 2
            if half:
                self._queue.extendleft(reversed(items[half:]))
                self._under_way = items[:half]
                return []
            self._under_way = []
            self.settled += len(items)
            self.rejected += len(items)
            return [Rejected(item.id, problem) for item in items]
