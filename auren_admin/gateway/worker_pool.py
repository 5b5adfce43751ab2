"""A fixed number of threads for what may wait, and a limit to how long anything waits for one of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from time import monotonic


class Task:
    """Something to run once: by a thread of the pool, or refused because none came to it in time."""

    __slots__ = ("_unclaimed", "refuse", "run", "since")

    def __init__(self, run: Callable[[], None], refuse: Callable[[], None]) -> None:
        self.run, self.refuse, self.since = run, refuse, monotonic()
        self._unclaimed = [True]

    @property
    def is_claimed(self) -> bool:
        """Whether somebody has it in hand."""
        return not self._unclaimed

    def claim(self) -> bool:
        """Whether the caller, and nobody else, has it in hand from now on."""
        try:
            return self._unclaimed.pop()  # atomic, without a lock
        except IndexError:
            return False


class WorkerPool:
    """``threads`` that run tasks in the order in which they came.

    A task waits at most ``patience`` seconds, and at most ``most`` wait. Threads have their own database
    connections, so their number is what bounds those.
    """

    def __init__(self, name: str, threads: int, *, patience: float, most: int) -> None:
        self._patience, self._most = patience, most
        self._queue: SimpleQueue[Task] = SimpleQueue()
        self._waiting: deque[Task] = deque()
        for number in range(threads):
            Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def submit(self, run: Callable[[], None], refuse: Callable[[], None]) -> None:
        """Have it run, or refused: at once where too many wait."""
        if self._queue.qsize() >= self._most:
            refuse()
            return
        task = Task(run, refuse)
        self._waiting.append(task)
        self._queue.put(task)

    def expire(self) -> None:
        """Refuse what has waited for too long; to be called now and then, by one thread."""
        waiting, end = self._waiting, monotonic() - self._patience
        while waiting and (waiting[0].is_claimed or waiting[0].since <= end):
            task = waiting.popleft()
            if task.claim():
                task.refuse()

    def _work(self) -> None:
        while True:
            task = self._queue.get()
            if task.claim():
                task.run()
