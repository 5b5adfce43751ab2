"""Callers that post as fast as they are answered, each over one connection that stays open."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import CannotMeasure

READ = 1 << 18


@dataclass(frozen=True, slots=True)
class Target:
    """Where to post to, and what is sent along."""

    port: int
    path: str
    headers: str = ""

    def request(self, body: bytes) -> bytes:
        """A request, as it goes over the wire."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.headers}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Caller:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()

    def post(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._socket.sendall(request)
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._more()
        head = bytes(self._buffer[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        while len(self._buffer) < end + 4 + length:
            self._more()
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        return int(head.split()[1]), body

    def _more(self) -> None:
        received = self._socket.recv(READ)
        if not received:
            raise CannotMeasure("the connection was closed")
        self._buffer += received

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def seconds_for(port: int, shares: Sequence[Sequence[bytes]], *, expected: bytes = b"") -> float:
    """How long it takes until each of several callers has made its requests, all at once.

    Raises CannotMeasure when one is not answered 2xx, or not as expected.
    """
    errors: list[str] = []
    ready = threading.Barrier(len(shares) + 1)

    def work(requests: Sequence[bytes]) -> None:
        caller = Caller(port)
        try:
            ready.wait()
            for request in requests:
                status, body = caller.post(request)
                if status >= 300 or expected not in body:
                    errors.append(f"{status}: {body[:300]!r}")
                    return
        except (OSError, CannotMeasure) as error:
            errors.append(str(error))
        finally:
            caller.close()

    threads = [threading.Thread(target=work, args=(requests,)) for requests in shares]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - start
    if errors:
        raise CannotMeasure(errors[0])
    return taken
