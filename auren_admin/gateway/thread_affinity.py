"""One thread answers polls while nothing else is asked.

Threads that answer in turns hand the interpreter's lock to each other for every poll, which costs about as much as
the answer; with few polls, each comes to it with nothing in the processor's caches. So while one has answered a
moment ago, each of the others waits a little once its own answer is out, unless that one has something else to do.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event, get_ident
from time import monotonic

RECENT = 0.02
"""Seconds after an answer during which its thread is expected to give the next one too."""
PAUSE = 0.5
"""Seconds that another thread waits at most, should it not learn that it is needed."""


class ThreadAffinity:
    """Knows which thread answers. What it says may be late by a poll: then two threads answer, as well they may."""

    def __init__(self) -> None:
        self._thread, self._last = 0, 0.0
        self._parked: list[Event] = []

    def answered(self) -> None:
        """This thread has sent an answer: it waits while another one answers too."""
        thread, now = get_ident(), monotonic()
        if thread != self._thread:
            if now - self._last < RECENT:
                self._park()
                return
            self._thread = thread
        self._last = now

    def release(self) -> None:
        """This thread has something else to do: where it was the one that answers, one that waits takes over."""
        if self._thread != get_ident():
            return
        self._thread, self._last = 0, 0.0
        with suppress(IndexError):
            self._parked.pop().set()

    def _park(self) -> None:
        """Wait a little, or until this thread is needed."""
        needed = Event()
        self._parked.append(needed)
        if monotonic() - self._last < RECENT:  # only now: a release before it would not have found this one
            needed.wait(PAUSE)
        with suppress(ValueError):  # who woke it has taken it out
            self._parked.remove(needed)
