"""Sending answers: whole where they are small, and by a thread of their own where they are large.

granian sends whole bodies by itself, however slowly they are taken. Of anything else it asks for one piece after the
other, on the thread that brings it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import Any, Protocol

Headers = list[tuple[str, str]]

SMALL = 1024 * 1024
"""Bytes up to which an answer is sent whole: a larger one is copied while its beginning is on its way already."""
WHOLE = 8 * 1024 * 1024
"""Bytes up to which an answer is sent whole where too many others are on their way."""
STREAMS = 16
"""Larger answers, and as many of a middle size, that are sent piece by piece at a time."""
GRACE, FLOOR = 30.0, 64 * 1024
"""Seconds that any answer may take, and bytes a second in which a caller must take a longer one."""
FLUSHED = 0.25
"""Seconds in which the head of an answer has left."""
LENGTH = "Content-Length"


class Channel(Protocol):
    """granian's way to one caller, which takes one answer and ignores any later one."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send the head and the whole body of an answer."""

    def response_iter(self, status: int, headers: Headers, body: Any) -> None:
        """Send piece by piece: ``body`` has ``__next__`` and ``close``."""


class Start:
    """What a WSGI application calls to begin its answer."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status: int = HTTPStatus.INTERNAL_SERVER_ERROR
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers


class Pieces:
    """An iterator as granian wants it."""

    __slots__ = ("__next__",)

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.__next__ = pieces.__next__

    def close(self) -> None:
        """granian calls this at the end; the pieces are in memory, so there is nothing to close."""


class Pace:
    """Pieces, as long as they are taken fast enough; then no more, and the server breaks the connection off,
    because less came than was announced."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._started, self._sent = pieces, monotonic(), 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if monotonic() - self._started > GRACE + self._sent / FLOOR:
                return
            yield piece
            self._sent += len(piece)


class Sender:
    """Sends answers of a WSGI application."""

    def __init__(self) -> None:
        self._middle, self._large = BoundedSemaphore(STREAMS), BoundedSemaphore(STREAMS)

    def send(self, channel: Channel, start: Start, result: Iterable[bytes], full: Callable[[], None]) -> None:
        """Send it, or have ``full`` say that too many large answers are on their way."""
        length, pieces = _measured(start.headers, result)
        places = self._middle if length <= WHOLE else self._large
        if length > SMALL and places.acquire(blocking=False):
            headers = [pair for pair in start.headers if pair[0].lower() != LENGTH.lower()]
            headers.append((LENGTH, str(length)))
            parts = (channel, start.status, headers, pieces, places)
            Thread(target=self._stream, args=parts, daemon=True).start()
        elif length <= WHOLE:
            channel.response_bytes(start.status, start.headers, b"".join(pieces))
        else:
            full()

    def _stream(
        self,
        channel: Channel,
        status: int,
        headers: Headers,
        pieces: Iterable[bytes],
        places: BoundedSemaphore,
    ) -> None:
        try:
            channel.response_iter(status, headers, Pieces(iter(Pace(pieces))))
        finally:
            places.release()


def _measured(headers: Headers, result: Iterable[bytes]) -> tuple[int, Iterable[bytes]]:
    """How long an answer is, and the answer.

    What is closed afterwards may hold something open, and is taken as a whole first; anything else that tells its
    length is in memory, and its pieces are put together while the first of them are on their way.
    """
    if not isinstance(result, list) and not hasattr(result, "close"):
        for name, told in headers:
            if name == LENGTH:
                return int(told), result
    pieces = result if isinstance(result, list) else list(result)
    return sum(map(len, pieces)), pieces


def break_off(channel: Channel, status: int, headers: Headers) -> None:
    """End the connection with an answer without a body, so that a thread that reads from it is free.

    The server closes a connection where less is sent than was announced; whoever takes the answer sees its status.
    """
    more = [("Connection", "close"), (LENGTH, "1")]
    end = Pieces(_nothing_after(FLUSHED))
    Thread(target=channel.response_iter, args=(status, [*headers, *more], end), daemon=True).start()


def _nothing_after(seconds: float) -> Iterator[bytes]:
    time.sleep(seconds)
    yield from ()
