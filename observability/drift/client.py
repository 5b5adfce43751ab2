"""Reading a monitoring server that may be broken, slow or lying: bounded in time and size, one sentence a failure."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson

from contracts.formats.printable import printable
from releases.webhooks.deadlines import Deadline, TimedSocket

SECONDS: Final = 9.0
"""For all that is asked of one server together."""
MAX_BYTES: Final = 32 * 1024 * 1024
"""The most bytes of one answer that are read."""
PORTS: Final = {"https": 443, "http": 80}
T = TypeVar("T")


class CannotLook(Exception):
    """A server did not say what it has; the message says why, and names no credentials."""


class Refused(CannotLook):
    """It answered with another status than 200."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class MonitoringServer:
    """A Prometheus or a Grafana at an address that holds no user name and no password, asked until a deadline."""

    def __init__(self, name: str, url: str, token: str | None = None, *, seconds: float = SECONDS) -> None:
        self._url = urlsplit(url)
        self._token = token
        self.seconds = seconds
        self.deadline = Deadline(seconds)
        self.name = f"{name} at {printable(self._url.netloc)}"

    def get_json(self, path: str, **query: str) -> Any:
        """What it answers to a GET below its address. Raises CannotLook."""
        try:
            data = self._get(path, query)
        except TimeoutError as error:
            raise self.too_slow() from error
        except ssl.SSLCertVerificationError as error:
            raise self.trouble(f"its certificate is not trusted: {error.verify_message}") from error
        except ssl.SSLError as error:
            raise self.trouble("it does not answer as https does, so http may be what it speaks") from error
        except (socket.gaierror, UnicodeError) as error:  # a name that cannot be one, such as a..b
            raise self.trouble("there is no host of this name") from error
        except OSError as error:
            raise self.trouble(f"the connection failed: {error.strerror or 'it was closed'}") from error
        except (HTTPException, ValueError) as error:
            raise self.trouble("what it answers is no HTTP") from error
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise self.trouble(f"what it answers to {path} is no JSON") from error

    def trouble(self, said: str) -> CannotLook:
        """An error about this server."""
        return CannotLook(f"{self.name}: {printable(said)}.")

    def too_slow(self) -> CannotLook:
        """That nothing came in time."""
        return self.trouble(f"it did not answer within {self.seconds:g} seconds")

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        sock = self._connected()
        try:
            connection = HTTPConnection(self._url.hostname or "", self._url.port or PORTS[self._url.scheme])
            connection.sock = TimedSocket(sock, self.deadline)
            headers = {"Accept": "application/json", "Connection": "close"}
            if self._token:
                headers["Authorization"] = self._token
            asked = f"?{urlencode(query)}" if query else ""
            connection.request("GET", f"{self._url.path.rstrip('/')}{path}{asked}", headers=headers)
            response = connection.getresponse()
            self._require_success(response, path)
            data = response.read(MAX_BYTES + 1)
        finally:
            sock.close()
        if len(data) > MAX_BYTES:
            raise self.trouble(f"its answer to {path} is larger than {MAX_BYTES // 2**20} MiB")
        return data

    def _require_success(self, response: HTTPResponse, path: str) -> None:
        status = response.status
        if status == 200:
            return
        said = f"it answers {path} with HTTP {status}"
        if status in (401, 403):
            said = f"it lets nobody in without a token that counts (HTTP {status}): see --token-file"
        elif 300 <= status < 400:
            said = f"it redirects elsewhere (HTTP {status}), which is not followed: give the address it is really at"
        elif status == 404:
            said += ", so this may not be its address"
        raise Refused(f"{self.name}: {said}.", status)

    def _connected(self) -> socket.socket:
        host, port = self._url.hostname or "", self._url.port or PORTS[self._url.scheme]
        sock = socket.create_connection((host, port), timeout=self.deadline.left())
        if self._url.scheme == "https":
            sock.settimeout(self.deadline.left())
            return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        return sock


def in_time(server: MonitoringServer, ask: Callable[[], T]) -> T:
    """What a question gives; CannotLook once the deadline has passed, whatever it waits for, a name's address too."""
    found: Future[T] = Future()

    def run() -> None:
        try:
            found.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody waits for it
            found.set_exception(error)

    server.deadline = Deadline(server.seconds)
    threading.Thread(target=run, daemon=True).start()
    try:
        return found.result(timeout=server.seconds + 0.5)
    except TimeoutError as error:
        raise server.too_slow() from error
