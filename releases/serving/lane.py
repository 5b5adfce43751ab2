"""One thread answers polls while nothing else is asked.

Threads that answer in turns hand the interpreter's lock to each other for every poll, which costs about as much as
the answer; with few polls, each comes to it with nothing in the processor's caches. So while one has answered a
moment ago, each of the others waits a little once its own answer is out, unless Django is given something to do: then
there is work for more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Event, get_ident
from time import monotonic

RECENT = 0.02
"""Seconds after an answer during which its thread is expected to give the next one too."""
PAUSE = 0.5
"""Seconds that another thread waits at most, should it not learn that it is needed."""


class Lane:
    """Knows which thread answers. What it says may be late by a poll: then two threads answer, as well they may."""

    def __init__(self) -> None:
        self._thread, self._last = 0, 0.0
        self._needed = Event()

    def answer(self, body: list[bytes], now: float) -> Iterable[bytes]:
        """The body as the server is to have it; ``now`` is `time.monotonic()`."""
        thread = get_ident()
        if thread != self._thread:
            if now - self._last < RECENT:
                return Parking(body, self)
            self._thread = thread
        self._last = now
        return body

    def open(self) -> None:
        """This thread has something else to do: another may answer, and none shall wait."""
        if self._thread == get_ident():
            self._thread, self._last = 0, 0.0
        self._needed.set()

    def park(self) -> None:
        """Wait a little, or until another thread is needed."""
        self._needed.clear()  # before the look: a call after it is not lost
        if monotonic() - self._last < RECENT:
            self._needed.wait(PAUSE)


class Parking:
    """A body whose thread waits once the server has sent it: a WSGI server calls ``close`` then (PEP 3333)."""

    __slots__ = ("_lane", "_parts")

    def __init__(self, body: list[bytes], lane: Lane) -> None:
        self._parts, self._lane = iter(body), lane

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        """Have the thread wait."""
        self._lane.park()
