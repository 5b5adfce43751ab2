"""A socket with one deadline for all it does: a server that sends a byte now and then holds up nobody."""

from __future__ import annotations

import io
import socket
import time
from typing import Any


class Deadline:
    """A moment by which something must be over."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds until then. Raises TimeoutError when it has passed."""
        seconds = self.end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Incoming(io.RawIOBase):
    """What a socket receives, until the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.deadline = deadline

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Wait no longer than is left."""
        self.sock.settimeout(self.deadline.left())
        return self.sock.recv_into(buffer)


class TimedSocket:
    """As much of a socket as :class:`http.client.HTTPConnection` asks for."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.deadline = deadline

    def sendall(self, data: Any) -> None:
        """Send all of it, in the time that is left."""
        self.sock.settimeout(self.deadline.left())
        self.sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What comes back."""
        return io.BufferedReader(Incoming(self.sock, self.deadline))

    def close(self) -> None:
        """Nothing: the connection lets go of its socket before the answer is read. See :meth:`hang_up`."""

    def hang_up(self) -> None:
        """Close the connection."""
        self.sock.close()
