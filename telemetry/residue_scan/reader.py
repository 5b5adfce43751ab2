"""A program of its own that reads files for words: ``python -I reader.py``, JSON on stdin, JSON on stdout.

Of its own because of SQLite: a process that closes a file loses every lock it has on it
(https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_), so
one that serves from a database must not open its files. This one holds none, and asks SQLite for a copy.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

CHUNK = 1024 * 1024
PATIENCE = 20.0
"""Seconds that it waits for who writes."""
ENDINGS = ("", "-wal", "-shm", "-journal")
Found = dict[str, Any]


def read(question: Found) -> Found:
    """Which files below a folder hold a word, and whether a database does; what could not be read."""
    found: Found = {"files": 0, "found": [], "unread": []}
    words = [word.encode() for word in question["words"]]
    alone = re.compile(question["alone"].encode())
    own = own_files(question["own"]) if question["own"] else set()
    overlap = max(map(len, words)) + 1
    folder = Path(question["folder"])
    for path in files(folder):
        if path.resolve() in own:
            continue
        with noted(found, path.name):
            named = question["names"] and alone.search(os.fsencode(path.relative_to(folder)))
            with path.open("rb") as file:
                found["files"] += 1
                if named or any(alone.search(piece) for piece in pieces(file, overlap)):
                    found["found"].append("the name of a file" if named else path.name)
    if question["database"]:
        name = Path(question["database"]).name
        with noted(found, name), copied(question["database"]) as file:
            found["files"] += 1
            # A text may follow any other byte there.
            if any(word in piece for piece in pieces(file, overlap) for word in words):
                found["found"].append(name)
    return found


@contextmanager
def noted(found: Found, name: str) -> Iterator[None]:
    """What cannot be read is said; what is gone meanwhile holds nothing."""
    try:
        yield
    except FileNotFoundError:
        pass
    except (OSError, sqlite3.Error) as error:
        found["unread"].append(
            f"{name} ({error.strerror or 'unreadable' if isinstance(error, OSError) else error})"
        )


def files(folder: Path) -> list[Path]:
    """Every file there is below it."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def own_files(database: str) -> set[Path]:
    """The files of a database that is in use: never opened, whatever they are called here."""
    return {Path(database + ending).resolve() for ending in ENDINGS}


def pieces(file: BinaryIO, overlap: int) -> Iterator[bytes]:
    """A file in chunks, each with the end of the one before it."""
    before = b""
    while chunk := file.read(CHUNK):
        piece = before + chunk
        yield piece
        before = piece[-overlap:]


@contextmanager
def copied(database: str) -> Iterator[BinaryIO]:
    """All pages of a database as they are, unused parts too, in a file that has no name: nothing stays of it,
    even if this process is killed. Raises OSError, sqlite3.Error."""
    handle, name = tempfile.mkstemp(
        prefix=".erasure-", dir=Path(database).parent
    )  # only its owner may read it
    with open(handle, "rb") as file:
        try:
            address = f"file:{quote(database)}?mode=rw"
            with (
                closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as source,
                closing(sqlite3.connect(name)) as target,
            ):
                os.unlink(name)
                target.execute("PRAGMA journal_mode = OFF")
                target.execute("PRAGMA synchronous = OFF")
                source.backup(target)
        finally:
            Path(name).unlink(missing_ok=True)
        yield file


if __name__ == "__main__":
    json.dump(read(json.load(sys.stdin)), sys.stdout)
