"""Taking turns at writing on SQLite: whoever waits is woken at once, and in order.

SQLite itself has who waits look again every so often, up to a tenth of a second later. This lock is between
those who report only; what else writes waits as SQLite has it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

from django.db import connection

SUFFIX = "-turn"
_files = local()


@contextmanager
def turn() -> Iterator[None]:
    """Be the only one who reports to this file, if the database is one."""
    name = str(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else ""
    if not name or "memory" in name or connection.in_atomic_block:
        yield
        return
    file = _file(name + SUFFIX)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _file(name: str) -> int:
    """This thread's own opening of the file: threads wait for each other, too."""
    opened: dict[str, int] = _files.__dict__.setdefault("opened", {})
    if name not in opened:
        opened[name] = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return opened[name]
