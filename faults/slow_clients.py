"""Callers that hold a connection for as long as they may: slow to send, slow to read, or idle."""

from __future__ import annotations

import select
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

EVERY = 0.5
"""Seconds between two bytes."""


@dataclass(slots=True)
class Caller:
    """One connection: what it sends first, and what it sends after every while."""

    kind: str
    first: bytes
    then: bytes = b""
    reads: bool = False
    """Whether it takes the answer, a byte at a time; one that sends slowly takes it at once."""


def posting(path: str, *headers: str) -> bytes:
    """The head of a POST whose body does not come."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def slow_bodies(path: str, count: int, *headers: str) -> list[Caller]:
    """Callers that announce a body and bring a byte every while."""
    return [Caller(f"body {path}", posting(path, "Content-Length: 60000", *headers), b" ")] * count


def slow_chunks(path: str, count: int, *headers: str) -> list[Caller]:
    """Callers that send a body of unknown length, a chunk of one byte every while."""
    head = posting(path, "Transfer-Encoding: chunked", *headers)
    return [Caller(f"chunked {path}", head, b"1\r\n \r\n")] * count


def slow_heads(count: int) -> list[Caller]:
    """Callers that never come to the end of their headers."""
    return [Caller("headers", b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"a")] * count


def slow_readers(path: str, count: int, *headers: str) -> list[Caller]:
    """Callers that ask for much and take a byte every while."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return [Caller(f"reader {path}", "\r\n".join(lines).encode() * 20, reads=True)] * count


def idle(count: int) -> list[Caller]:
    """Connections on which nothing is ever sent."""
    return [Caller("idle", b"")] * count


class SlowClients:
    """All of them at once; who is cut off comes again."""

    def __init__(self, port: int, callers: list[Caller]) -> None:
        self.port, self.callers = port, callers
        self.cut_off: Counter[str] = Counter()
        self._stopped = Event()
        self._open: dict[int, socket.socket] = {}
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Connect them all, and go on in the background."""
        for number in range(len(self.callers)):
            self._connect(number)
        self._thread.start()

    def stop(self) -> None:
        """Let go of every connection."""
        self._stopped.set()
        self._thread.join()
        for caller in self._open.values():
            caller.close()

    def _connect(self, number: int) -> None:
        caller = socket.socket()
        if self.callers[number].reads:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller.settimeout(2)
        try:
            caller.connect(("127.0.0.1", self.port))
            caller.sendall(self.callers[number].first)
        except OSError:
            caller.close()
            return
        caller.setblocking(False)
        self._open[number] = caller

    def _run(self) -> None:
        while not self._stopped.wait(EVERY):
            for number, kind in enumerate(self.callers):
                caller = self._open.get(number)
                if caller is None or not _goes_on(caller, kind):
                    self.cut_off[kind.kind] += 1
                    if caller is not None:
                        self._open.pop(number).close()
                    self._connect(number)


def _goes_on(caller: socket.socket, kind: Caller) -> bool:
    """Do the next slow thing; whether the connection is still there."""
    try:
        if kind.then:
            caller.send(kind.then)
        if select.select([caller], [], [], 0)[0] and not caller.recv(1 if kind.reads else 65536):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


@dataclass(slots=True)
class Healthy:
    """Somebody who asks as one should, again and again, and how it went."""

    name: str
    ask: Callable[[], int]
    expected: int
    every: float = 0.1
    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def run(self, stopped: Event) -> None:
        """Ask until told to stop."""
        while not stopped.wait(self.every):
            start = time.monotonic()
            try:
                status = self.ask()
            except OSError:
                status = 0
            self.waits.append(time.monotonic() - start)
            self.statuses[status] += 1

    @property
    def slowest(self) -> float:
        """Seconds of the longest wait."""
        return max(self.waits, default=0.0)

    def complaints(self, within: float) -> list[str]:
        """What should not have been."""
        found = []
        if self.slowest > within:
            found.append(f"{self.name} took {self.slowest:.2f} s")
        if odd := {status: count for status, count in self.statuses.items() if status != self.expected}:
            found.append(f"{self.name} was answered {odd}")
        if not self.waits:
            found.append(f"{self.name} was never asked")
        return found
