"""Reporting observations: one transaction stores them, evaluates them and counts them, or nothing happens."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from contracts.evaluation import SECOND
from contracts.yamltree import paused_gc
from jobs.database_clock import database_clock
from rest.outages import Outage, gave_way
from rest.problems import ErrorItem, Invalid, Problem
from telemetry import contracts_now
from telemetry.batch import Batch
from telemetry.bodies import read_body
from telemetry.deliveries import Delivery
from telemetry.kept_answers import is_superseded
from telemetry.line import Line
from telemetry.parsing import Reader, Rejection
from telemetry.storage import Gone, Store, forget_all, store
from telemetry.storage.shapes import KeptAnswer
from telemetry.storage.turns import turn
from tracing import spans

log = logging.getLogger(__name__)

DAY = 24 * 60 * 60 * SECOND
ATTEMPTS = 5


def clock() -> int:
    """Now by the database's clock, in microseconds."""
    return database_clock.micros()


def report(body: bytes, *, agent: str, now: int | None = None, strict: bool = False) -> bytes:
    """Take a batch in; the answer as JSON. ``agent`` is the caller's, "" for a service.

    Raises Problem where the whole body is refused, Invalid with every error where ``strict`` and one is wrong.
    What it returns is committed. The same body from the same caller again is answered as before, and stores
    nothing, unless what was refused before would not be by now, or what it stored was corrected meanwhile.
    """
    # Many small tuples that are gone in a moment: looking for circles would cost more, also at the end of it, while
    # any of them is still held here.
    with paused_gc():
        return _report(body, agent, clock() if now is None else now, strict=strict)


def _report(body: bytes, agent: str, now: int, *, strict: bool) -> bytes:
    items = read_body(body)
    released = contracts_now.current()
    good, bad = Reader(released, agent, now, now - settings.RETENTION_DAYS * DAY).read(items)
    if strict and bad:
        raise _all_or_nothing(bad)
    digest = _digest(body, agent, bad, strict=strict)
    delivery = Delivery(digest, agent, len(items), released.release, bad, strict, spans.sampled_trace())
    delivery.sort(good)
    answer = line.take(delivery, now)
    for told in (*answer["states"], *answer.get("runs", ())):  # answers of an older version have no runs
        told["user_id"] = items[told["user_id"]]["user_id"]
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
    """One of these was taken in before."""


def _together(deliveries: Sequence[Delivery], now: int) -> list[dict[str, Any]]:
    """Take them in by one transaction; the answers, in which user ids are places in the body. Raises whatever
    stands in the way of one of them."""
    work = store()
    try:
        with transaction.atomic():
            answers = _stored(work, deliveries, now)
    except (IntegrityError, Gone):  # someone deleted a person, or added the same, meanwhile
        forget_all()
        raise
    if not connection.in_atomic_block:
        work.settled()
    return answers


def _alone(delivery: Delivery, now: int) -> dict[str, Any]:
    """Take one delivery in; tries again where somebody was faster."""
    problem: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            with turn():
                # The first time it is nearly always new: only storing the answer tells otherwise.
                before = _answered(delivery) if problem else None
                return before or _together([delivery], now)[0]
        except (_AnsweredBefore, IntegrityError, Gone) as error:
            problem = error
        except OperationalError as error:
            if not gave_way(error):
                raise
            problem = error
    log.warning("A batch was given up after %d tries: %s", ATTEMPTS, type(problem).__name__)
    raise Problem(503, "unavailable", Outage.BUSY.value, headers={"Retry-After": "1"})


def _answered(delivery: Delivery) -> dict[str, Any] | None:
    """What was answered to the same body before, unless something that it stored was corrected since then."""
    work = store()
    kept = work.answer_to(delivery.digest)
    delivery.is_again = kept is not None and is_superseded(work, delivery)
    return orjson.loads(zlib.decompress(kept)) if kept and not delivery.is_again else None


def _stored(work: Store, deliveries: Sequence[Delivery], now: int) -> list[dict[str, Any]]:
    """Store them, and the answers to them. Raises _AnsweredBefore."""
    batch = Batch(work, now)
    batch.take(deliveries)
    answers = [delivery.answer() for delivery in deliveries]
    kept: list[KeptAnswer] = []
    for delivery, answer in zip(deliveries, answers, strict=True):
        if delivery.is_strict and delivery.conflicts:
            raise _all_or_nothing(delivery.conflicts)
        if delivery.stretches:
            packed = zlib.compress(orjson.dumps(answer), 1)
            kept.append(KeptAnswer(delivery.digest, delivery.agent, packed, now))
    work.forget_answers([delivery.digest for delivery in deliveries if delivery.is_again])
    if kept and work.keep_answers(kept) < len(kept):
        raise _AnsweredBefore
    batch.count()
    return answers


line = Line(_together, _alone)
"""Of this process."""
