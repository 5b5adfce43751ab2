"""Reporting observations: one transaction stores them, evaluates them and counts them, or nothing happens."""

from __future__ import annotations

import logging
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from contracts.evaluation import SECOND
from contracts.yamltree import paused_gc
from rest.handling import SENTENCES
from rest.problems import ErrorItem, Invalid, Problem
from telemetry import contracts_now
from telemetry.batch import Batch
from telemetry.bodies import read_body
from telemetry.parsing import Item, Reader, Rejection
from telemetry.storage import Gone, Store, forget_all, store
from telemetry.storage.turns import turn

log = logging.getLogger(__name__)

DAY = 24 * 60 * 60 * SECOND
ATTEMPTS = 5
AGAIN = frozenset({"40001", "40P01"})
"""What PostgreSQL calls a transaction that it gave up in favour of another one, by no fault of its own."""


def clock() -> int:
    """Now, in microseconds."""
    return time.time_ns() // 1000


def report(body: bytes, *, agent: str, now: int | None = None, strict: bool = False) -> bytes:
    """Take a batch in; the answer as JSON. ``agent`` is the caller's, "" for a service.

    Raises Problem where the whole body is refused, Invalid with every error where ``strict`` and one is wrong.
    What it returns is committed. The same body from the same caller again is answered as before, and stores
    nothing, unless what was refused before would not be by now.
    """
    now = clock() if now is None else now
    items = read_body(body)
    released = contracts_now.current()
    good, bad = Reader(released, agent, now, now - settings.RETENTION_DAYS * DAY).read(items)
    if strict and bad:
        raise _all_or_nothing(bad)
    digest = _digest(body, agent, bad, strict=strict)
    with paused_gc():  # many small tuples that are gone in a moment: looking for circles would cost more
        answer = _Intake(digest, agent, good, bad, len(items), released.release, now, is_strict=strict).take()
    for state in answer["states"]:
        state["user_id"] = items[state["user_id"]]["user_id"]
    return orjson.dumps(answer)


def _digest(body: bytes, agent: str, bad: Sequence[Rejection], *, strict: bool) -> str:
    """Of a caller, a body and what is refused of it: an observation too early for its KPI may come again."""
    refused = ",".join([f"{one.place} {one.code}" for one in bad])
    return sha256(b"\0".join((agent.encode(), b"1" if strict else b"0", refused.encode(), body))).hexdigest()


def _all_or_nothing(bad: Sequence[Rejection]) -> Invalid:
    return Invalid(
        [
            ErrorItem(one.code, one.message, (one.place, one.key) if one.key else (one.place,), one.hint)
            for one in bad
        ]
    )


class _AnsweredBefore(Exception):
    """This very batch was taken in before."""


@dataclass(frozen=True, slots=True)
class _Intake:
    """A batch that was read, on its way into the store."""

    digest: str
    agent: str
    good: Sequence[Item]
    bad: Sequence[Rejection]
    size: int
    release: int
    now: int
    is_strict: bool

    def take(self) -> dict[str, Any]:
        """The answer; the user ids in it are places in the batch. Tries again where somebody was faster."""
        problem: Exception | None = None
        for attempt in range(ATTEMPTS):
            work = store()
            try:
                with turn(), transaction.atomic():
                    # The first time it is nearly always new: only storing the answer tells otherwise.
                    before = self._before(work) if attempt else None
                    answer = before or self._stored(work)
            except _AnsweredBefore:
                continue
            except (IntegrityError, Gone) as error:  # someone deleted a person, or added the same, meanwhile
                problem = error
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") not in AGAIN:
                    raise
                problem = error
            else:
                if not connection.in_atomic_block:
                    work.settled()
                return answer
            forget_all()
        log.warning("A batch was given up after %d tries: %s", ATTEMPTS, type(problem).__name__)
        raise Problem(503, "unavailable", SENTENCES[503], headers={"Retry-After": "1"})

    def _before(self, work: Store) -> dict[str, Any] | None:
        kept = work.answer_to(self.digest)
        return orjson.loads(zlib.decompress(kept)) if kept else None

    def _stored(self, work: Store) -> dict[str, Any]:
        """Store it, and the answer to it. Raises _AnsweredBefore."""
        results = [""] * self.size
        for one in self.bad:
            results[one.place] = one.code
        batch = Batch(work, self.now, results)
        batch.refused(Counter([one.code for one in self.bad]), self.agent)
        batch.take(self.good)
        if self.is_strict and batch.conflicts:
            raise _all_or_nothing(batch.conflicts)
        errors = sorted([*self.bad, *batch.conflicts]) if batch.conflicts else self.bad
        answer = {
            "release": self.release,
            "results": results,
            "errors": [_error(one) for one in errors],
            "states": batch.states,
        }
        if self.good and not work.keep_answer(
            self.digest, self.agent, zlib.compress(orjson.dumps(answer), 1), self.now
        ):
            raise _AnsweredBefore
        batch.count()
        return answer


def _error(one: Rejection) -> dict[str, Any]:
    pointer = f"/{one.place}/{one.key}" if one.key else f"/{one.place}"
    data = {"index": one.place, "code": one.code, "message": one.message, "pointer": pointer}
    return data | ({"hint": one.hint} if one.hint else {})
