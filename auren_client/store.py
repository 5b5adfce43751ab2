"""The last bindings known to be good, in a file, so that an agent starts without the server too.

The first line is the SHA-256 of all the rest, so that a file that was cut short or changed counts as none.
It is replaced as a whole: another process reads the former one or the new one, never a mixture.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import tempfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from auren_client.bindings import Bindings, Served, read_bindings
from auren_client.wire import Address

FORMAT = 1
LARGEST = 64 * 1024 * 1024

_log = logging.getLogger("auren_client")


def usual_path(address: Address) -> Path:
    """Where the file is unless told otherwise: below the user's cache, one for each server and agent."""
    asked = f"{address.url}\n{address.agent}\n{address.release or ''}\n{address.channel}"
    mark = sha256(asked.encode()).hexdigest()[:12]
    name = re.sub(r"[^A-Za-z0-9_-]", "_", address.agent)[:60]
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(caches) / "auren" / f"{name}-{mark}.json"


class Store:
    """One file. Without a path it keeps nothing. It never raises: an agent works without it."""

    def __init__(self, path: Path | None, address: Address) -> None:
        self.path = path
        self._address = address
        self._complained = False

    def load(self) -> Bindings | None:
        """The kept bindings; None where there are none that can be trusted."""
        if self.path is None:
            return None
        try:
            with self.path.open("rb") as file:
                mark, _, rest = file.read(LARGEST).partition(b"\n")
            if sha256(rest).hexdigest().encode() != mark:
                raise ValueError("its checksum is wrong")
            return self._read(json.loads(rest))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            _log.warning("The kept bindings in %s are not used: %s.", self.path, error)
            return None

    def save(self, bindings: Bindings) -> None:
        """Keep these in place of the former ones."""
        if self.path is None:
            return
        rest = json.dumps(
            {
                "format": FORMAT,
                **self._asked(),
                "served": asdict(bindings.served),
                "body": bindings.body.decode(),
            }
        ).encode()
        try:
            _replace(self.path, sha256(rest).hexdigest().encode() + b"\n" + rest)
            self._complained = False
        except OSError as error:
            if not self._complained:  # a full disk would fill the log as well
                _log.warning("The bindings could not be kept in %s: %s.", self.path, error)
            self._complained = True

    def _read(self, found: dict[str, object]) -> Bindings:
        if found["format"] != FORMAT:
            raise ValueError("another version wrote it")
        if any(found[key] != value for key, value in self._asked().items()):
            raise ValueError("it is another server's, agent's or channel's")
        served, body = found["served"], found["body"]
        if not isinstance(served, dict) or not isinstance(body, str):
            raise TypeError("it has another shape")
        return read_bindings(body.encode(), self._address.agent, Served(**served))

    def _asked(self) -> dict[str, object]:
        asked = self._address
        return {"url": asked.url, "agent": asked.agent, "release": asked.release, "channel": asked.channel}


def _replace(path: Path, data: bytes) -> None:
    """Write it beside, on to the disk, and only then over the former one; for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
