"""One POST to an address that somebody typed in: checked where it connects, bounded in time and size."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from releases.webhooks.addresses import is_allowed, is_public, real_address
from releases.webhooks.deadlines import Deadline, TimedSocket

log = logging.getLogger(__name__)

SECONDS = 10.0
"""For connecting, sending and the whole answer together."""
ANSWER_BYTES = 4096
"""Of an answer no more is read."""
SHOWN = 300
"""Characters of an answer that the log keeps."""
NOT_PUBLIC = "no public address. AUREN_WEBHOOK_ALLOW can allow its network."
UNKNOWN = f"The host’s name is not known here, or it means {NOT_PUBLIC}"
"""One sentence for both: who may make webhooks is not told which names there are inside, nor what they mean."""
HTTPS_ONLY = "http:// is only for networks in AUREN_WEBHOOK_ALLOW: use https://."
PORTS = {"https": 443, "http": 80}


class NotSent(Exception):
    """No answer came; the text says why, in words for the log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said. ``text`` is its beginning, in one printable line."""

    status: int
    text: str
    milliseconds: int

    @property
    def is_success(self) -> bool:
        """Only 2xx is: a redirect is not followed."""
        return 200 <= self.status < 300


@cache
def tls() -> ssl.SSLContext:
    """Certificates are verified against those that the system trusts, and against the host's name."""
    return ssl.create_default_context()


class CheckedConnection(HTTPConnection):
    """A connection to an address that was judged, not to a name. Proxies of the environment are not used."""

    def __init__(self, url: SplitResult, deadline: Deadline) -> None:
        self.default_port = PORTS[url.scheme]
        super().__init__(url.hostname or "", url.port or self.default_port)
        self.secure = url.scheme == "https"
        self.deadline = deadline
        self.wire: TimedSocket | None = None

    def connect(self) -> None:
        """Connect to the first address of the name that may be connected to and answers."""
        trouble: OSError | None = None
        for family, address in self._addresses():
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.deadline.left())
                sock.connect(address)
                self.wire = TimedSocket(self._secured(sock), self.deadline)
            except OSError as error:
                sock.close()
                trouble = error
                if isinstance(error, ssl.SSLError | TimeoutError):
                    break
            else:
                self.sock: Any = self.wire
                return
        raise trouble or NotSent(f"{self.host} has no address.")

    def _addresses(self) -> Iterator[tuple[int, tuple[str, int]]]:
        """Every address of the name. Raises NotSent for one that may not be connected to."""
        for family, _, _, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            judge(self.host, str(address[0]), secure=self.secure)
            yield family, (str(address[0]), self.port)

    def _secured(self, sock: socket.socket) -> socket.socket:
        return tls().wrap_socket(sock, server_hostname=self.host) if self.secure else sock


def judge(host: str, text: str, *, secure: bool) -> None:
    """Let an address pass. Raises NotSent saying why it may not be connected to."""
    address = real_address(text)
    if is_allowed(address, settings.WEBHOOK_ALLOW):
        return
    if not is_public(address):
        if host == text:
            raise NotSent(f"This is {NOT_PUBLIC}")
        log.warning("A webhook was not sent: %s is %s, no public address.", host, text)
        raise NotSent(UNKNOWN)
    if not secure:
        raise NotSent(HTTPS_ONLY)


def objection(url: str) -> str:
    """Why nothing can be sent there, as far as the address says by itself; "" where only the network can tell."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        judge(host, host, secure=parts.scheme == "https")
    except NotSent as refused:
        return str(refused)
    except ValueError:  # a name
        if parts.scheme != "https" and not settings.WEBHOOK_ALLOW:
            return HTTPS_ONLY
    return ""


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """Send ``body`` to ``url`` once. Raises NotSent when there is no answer."""
    started = time.monotonic()
    with words_for_trouble(seconds):
        parts = urlsplit(url)
        connection = CheckedConnection(parts, Deadline(seconds))
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body=body, headers={**headers, "Connection": "close"})
            response = connection.getresponse()
            text = one_line(response.read(ANSWER_BYTES))
        finally:
            if connection.wire:
                connection.wire.hang_up()
    return Answer(response.status, text, round((time.monotonic() - started) * 1000))


@contextmanager
def words_for_trouble(seconds: float) -> Iterator[None]:
    """Have every way in which a connection fails end in NotSent."""
    try:
        yield
    except socket.gaierror as error:
        log.warning("A webhook was not sent: the host's name: %s", error)
        raise NotSent(UNKNOWN) from error
    except ssl.SSLCertVerificationError as error:
        raise NotSent(f"The certificate is not trusted: {error.verify_message}.") from error
    except ssl.SSLError as error:
        said = (error.reason or "unknown reason").replace("_", " ").lower()
        raise NotSent(f"No TLS could be agreed on: {said}.") from error
    except TimeoutError as error:
        raise NotSent(f"No answer within {seconds:g} seconds.") from error
    except OSError as error:
        refuse("The connection failed", error)
    except HTTPException as error:
        refuse("The answer is no HTTP", error)
    except ValueError as error:
        refuse("The address cannot be used", error)


def refuse(what: str, error: Exception) -> NoReturn:
    """Raise NotSent with what the system says of it."""
    said = getattr(error, "strerror", "") or str(error) or type(error).__name__
    raise NotSent(f"{what}: {one_line(said.encode('utf-8', 'replace'))}.") from error


def one_line(data: bytes) -> str:
    """The beginning of a text from elsewhere, without anything that a page or a database could trip over."""
    text = data.decode("utf-8", "replace")
    printable = "".join(character if character.isprintable() else " " for character in text)
    return re.sub(r" +", " ", printable).strip()[:SHOWN]
