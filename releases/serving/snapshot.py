"""What is served, as files: for a start while the database is away.

Two files, each with a checksum and the one before it kept: what there is to read, and who may read it. The
second one changes more often and is small.
"""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from releases.services.code_mark import code_mark
from releases.serving.bodies import Body, Variant
from releases.serving.shelf import Grant, Pointer, Shelf, Stock

log = logging.getLogger(__name__)

MAGIC = b"auren-snapshot-1"
STOCK, GRANTS, LOCK, PREVIOUS = "stock", "grants", "lock", ".previous"


class SnapshotError(ValueError):
    """The file is not what was once written; the message says why."""


class Snapshot:
    """The files in one directory, for one database."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder = folder
        self._database = database
        self._kept: tuple[Any, Any] | None = None

    def keep(self, shelf: Shelf) -> None:
        """Write what is not written yet. A newer one of another process stays. Raises OSError."""
        stock, grants = self._kept or (None, None)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            # At the first time what there is may be of an older database, whose count went further.
            if self._kept is None or _revision(self._folder / STOCK) <= shelf.stock.revision:
                if shelf.stock is not stock:
                    self._write(STOCK, shelf.stock.revision, pack_stock(shelf.stock))
                if shelf.grants is not grants:
                    self._write(GRANTS, 0, pack_grants(shelf.grants))
        self._kept = shelf.stock, shelf.grants

    def confirm(self) -> None:
        """Note that the database said just now that this is still so."""
        for name in (STOCK, GRANTS):
            if (self._folder / name).exists():
                os.utime(self._folder / name)

    def confirmed_at(self) -> float | None:
        """When the database last said that all of it is so; None where a file is missing."""
        try:
            return min((self._folder / name).stat().st_mtime for name in (STOCK, GRANTS))
        except OSError:
            return None

    def is_there(self) -> bool:
        """Whether there is any file to load."""
        return any((self._folder / name).exists() for name in (STOCK, STOCK + PREVIOUS))

    def load(self) -> tuple[Shelf, float] | None:
        """The newest whole files, and when the database last confirmed them; None where there are none."""
        stock, grants = self._newest(STOCK, unpack_stock), self._newest(GRANTS, unpack_grants)
        if stock is None or grants is None:
            return None
        return Shelf(stock[0], grants[0]), stock[1]

    def by_this_code(self) -> Stock | None:
        """What is to be served, where a file has it that this very code wrote: it would be rendered just so again."""
        found = self._newest(
            STOCK, lambda data: unpack_stock(data) if written_by(data) == code_mark() else None
        )
        return found[0] if found else None

    def _newest(self, name: str, unpack: Any) -> tuple[Any, float] | None:
        for path in (self._folder / name, self._folder / (name + PREVIOUS)):
            try:
                return unpack(self._read(path)), path.stat().st_mtime
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
                log.error("The snapshot %s cannot be used: %s", path, error)
        return None

    def _read(self, path: Path) -> bytes:
        head, _, data = path.read_bytes().partition(b"\n")
        words = head.split(b" ")
        if len(words) != 4 or words[0] != MAGIC:
            raise SnapshotError("it does not begin as one does")
        if words[3].decode("ascii", "replace") != self._checksum(words[1], data):
            raise SnapshotError("it is not whole, or of another database")
        return data

    def _write(self, name: str, revision: int, data: bytes) -> None:
        path = self._folder / name
        number = str(revision).encode()
        size = str(len(data)).encode()
        head = b" ".join((MAGIC, number, size, self._checksum(number, data).encode())) + b"\n"
        if _head(path) == head:
            return
        self._sweep(name)
        fresh = self._folder / f"{name}.{os.getpid()}"
        try:
            with open(fresh, "wb", opener=lambda file, flags: os.open(file, flags, 0o600)) as file:
                file.write(head)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:  # what there is stays, and nothing half done beside it
            fresh.unlink(missing_ok=True)
            raise
        if path.exists():
            path.replace(self._folder / (name + PREVIOUS))
        fresh.replace(path)
        _sync(self._folder)

    def _sweep(self, name: str) -> None:
        """Remove what a process that was killed left half written; whoever holds the lock is alone here."""
        for file in self._folder.glob(f"{name}.[0-9]*"):
            file.unlink(missing_ok=True)

    def _checksum(self, revision: bytes, data: bytes) -> str:
        found = sha256(self._database.encode() + b"\n" + revision + b"\n")
        found.update(data)
        return found.hexdigest()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process writes at a time."""
        with open(self._folder / LOCK, "wb", opener=lambda file, flags: os.open(file, flags, 0o600)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.readline(200)
    except OSError:
        return b""


def _revision(path: Path) -> int:
    words = _head(path).split(b" ")
    return int(words[1]) if len(words) == 4 and words[1].isdigit() else -1


def _sync(folder: Path) -> None:
    """Have the new names outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def pack_stock(stock: Stock) -> bytes:
    """The stock as bytes: an index in JSON, a line's end, and what it points to."""
    parts: list[bytes] = []
    places: dict[str, list[Any]] = {}
    size = 0

    def place(variant: Variant) -> list[Any]:
        nonlocal size
        if variant.etag not in places:
            places[variant.etag] = [size, len(variant.data), variant.etag, variant.encoding]
            parts.append(variant.data)
            size += len(variant.data)
        return places[variant.etag]

    def packed(body: Body) -> list[Any]:
        return [body.content_type, place(body.plain), place(body.packed)]

    index = {
        "code": code_mark(),
        "revision": stock.revision,
        "pointers": {name: [one.number, packed(one.body)] for name, one in stock.pointers.items()},
        "following": dict(stock.following),
        "digests": list(stock.digests.items()),
        "releases": [
            [number, {address: packed(body) for address, body in bodies.items()}]
            for number, bodies in stock.releases.items()
        ],
    }
    return json.dumps(index, separators=(",", ":")).encode() + b"\n" + b"".join(parts)


def written_by(data: bytes) -> str:
    """The mark of the code that packed a stock."""
    return str(json.loads(data[: data.index(b"\n")]).get("code", ""))


def unpack_stock(data: bytes) -> Stock:
    """The inverse of :func:`pack_stock`."""
    end = data.index(b"\n")
    index, start = json.loads(data[:end]), end + 1
    variants: dict[str, Variant] = {}
    bodies: dict[str, Body] = {}

    def variant(place: list[Any]) -> Variant:
        offset, length, etag, encoding = place
        if etag not in variants:
            variants[etag] = Variant(data[start + offset : start + offset + length], etag, encoding)
        return variants[etag]

    def body(packed: list[Any]) -> Body:
        kind, plain, small = packed
        known = bodies.get(plain[2])
        if known is None or known.content_type != kind:
            known = bodies[plain[2]] = Body(kind, variant(plain), variant(small))
        return known

    return Stock(
        revision=index["revision"],
        pointers={name: Pointer(number, body(one)) for name, (number, one) in index["pointers"].items()},
        following=index["following"],
        releases={
            number: {address: body(one) for address, one in found.items()}
            for number, found in index["releases"]
        },
        digests=dict(index["digests"]),
    )


def pack_grants(grants: Any) -> bytes:
    """Who may read what; no secret is in it, only the peppered hashes that the database has too."""
    rows = [
        asdict(grant) | {"expires": None if grant.expires == math.inf else grant.expires}
        for grant in grants.values()
    ]
    return json.dumps(rows, separators=(",", ":")).encode()


def unpack_grants(data: bytes) -> dict[str, Grant]:
    """The inverse of :func:`pack_grants`."""
    found: dict[str, Grant] = {}
    for row in json.loads(data):
        expires = math.inf if row["expires"] is None else row["expires"]
        grant = Grant(**(row | {"scopes": tuple(row["scopes"]), "expires": expires}))
        found[grant.key] = grant
    return found
