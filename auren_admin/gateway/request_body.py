"""Reading bodies of requests: how much, how fast, and how many at a time.

A thread that reads a body waits for its sender. So a body has a deadline that its size moves, each caller has only so
many at a time, and callers whose token is not known yet share a part of the places, so that the others always find one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Protocol

PLACES = 64
"""Bodies that are read at a time."""
OPEN_PLACES = 32
"""Of these, for callers that nobody has vouched for."""
EACH = 8
"""Bodies of one caller that are read at a time."""
GRACE = 5.0
"""Seconds that any body may take."""
FLOOR = 16 * 1024
"""Bytes a second that a longer body must bring."""
LONGEST = 300.0
"""Seconds after which every body has to be there."""
BUDGET = 256 * 1024 * 1024
"""Bytes of bodies that are kept in memory at a time, from the first byte until the request is answered."""
CHUNK = 64 * 1024
DRAINED = 16 * 1024 * 1024
"""Bytes of a body that nobody wants which are read all the same, so that the connection can be used again."""
DRAIN_GRACE = 2.0
"""Seconds for that."""


class Full(Exception):
    """There is no place or no memory for one more body now."""


class TooSlow(Exception):
    """The body did not come in time; its caller has been told."""


class Incomplete(Exception):
    """The caller went away in the middle of it."""


class Stream(Protocol):
    """What a WSGI server gives as ``wsgi.input``."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer at the end."""


@dataclass(slots=True, eq=False)
class Reading:
    """One body while it is read."""

    abort: Any
    grace: float = GRACE
    started: float = field(default_factory=monotonic)
    received: int = 0
    _open: list[bool] = field(default_factory=lambda: [True])

    def claim(self) -> bool:
        """Whether the caller is the first to end it."""
        try:
            return self._open.pop()
        except IndexError:
            return False

    def is_late(self, now: float) -> bool:
        """Whether it should be there by now, or further on."""
        return now - self.started > min(self.grace + self.received / FLOOR, LONGEST)


class BodyReader:
    """Reads bodies, and ends those that are too slow."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._readings: set[Reading] = set()
        self._callers: Counter[str] = Counter()
        self._open_places = 0
        self._bytes = 0

    def read(
        self, stream: Stream, length: int | None, most: int, *, caller: str, is_known: bool, abort: Any
    ) -> bytes:
        """The body: ``length`` bytes, or where nobody has told how many at most one more than ``most``.

        It counts as memory until `release`. ``abort`` breaks the connection off, so that whoever reads from it is
        free. Raises Full, TooSlow, Incomplete.
        """
        size = most + 1 if length is None else length
        reading = self._enter(caller, size, is_known=is_known, abort=abort)
        body = b""
        try:
            body = _whole(reading, stream, size)
            if not reading.claim():
                raise TooSlow
            if length is not None and len(body) < length:
                raise Incomplete
        except BaseException:
            body = b""
            raise
        finally:
            self._leave(reading, size - len(body), caller, is_known=is_known)
        return body

    def drain(self, stream: Stream, *, caller: str, is_known: bool, abort: Any) -> bool:
        """Read a body that nobody wants, and keep nothing of it; whether that was all of it.

        A proxy takes a connection that ends while it still sends for a broken server. Raises TooSlow.
        """
        try:
            reading = self._enter(caller, 0, is_known=is_known, abort=abort, grace=DRAIN_GRACE)
        except Full:
            return False
        left = DRAINED
        try:
            while left > 0 and (chunk := stream.read(CHUNK)):
                left -= len(chunk)
            if not reading.claim():
                raise TooSlow
        finally:
            self._leave(reading, 0, caller, is_known=is_known)
        return left > 0

    def release(self, size: int) -> None:
        """The request of a body of so many bytes is answered."""
        with self._lock:
            self._bytes -= size

    def expire(self) -> None:
        """Break off what is too slow; to be called now and then, by one thread."""
        now = monotonic()
        with self._lock:
            late = [reading for reading in self._readings if reading.is_late(now)]
        for reading in late:
            if reading.claim():
                reading.abort()

    def _enter(
        self, caller: str, size: int, *, is_known: bool, abort: Any, grace: float | None = None
    ) -> Reading:
        with self._lock:
            if (
                len(self._readings) >= PLACES
                or self._callers[caller] >= EACH
                or (not is_known and self._open_places >= OPEN_PLACES)
                or self._bytes + size > BUDGET
            ):
                raise Full
            reading = Reading(abort, GRACE if grace is None else grace)
            self._readings.add(reading)
            self._callers[caller] += 1
            self._open_places += not is_known
            self._bytes += size
        return reading

    def _leave(self, reading: Reading, unused: int, caller: str, *, is_known: bool) -> None:
        with self._lock:
            self._bytes -= unused
            self._readings.discard(reading)
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]
            self._open_places -= not is_known


def _whole(reading: Reading, stream: Stream, size: int) -> bytes:
    """So many bytes, or fewer where the body ends before."""
    if size <= CHUNK:
        return bytes(stream.read(size))
    parts = bytearray()
    while len(parts) < size and (chunk := stream.read(min(CHUNK, size - len(parts)))):
        parts += chunk
        reading.received = len(parts)
    return bytes(parts)
