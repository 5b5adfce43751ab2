"""Marks by which the processes of one machine tell each other whose inbox has changed, in a small file they share.

Whoever changes a run marks its agent once that is committed and before anybody is answered; whoever holds inboxes in
memory compares. An agent that was answered by one process is thus never told by another what it was told before.
Agents share places by chance; then one poll more is answered by Django. Without the file, as on a full disk, what is
held may be older than that for as long as it is good for.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final
from zlib import crc32

log = logging.getLogger(__name__)

PLACES: Final = 4096
LENGTH: Final = 8
"""Bytes of a mark: enough that no two of them are the same."""
NOTHING: Final = b""


class Marks:
    """The file, which is made at its first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def set(self, agents: Iterable[str]) -> None:
        """Say that the inboxes of these agents have changed. Raises nothing: what was changed is committed by now."""
        try:
            for agent in agents:
                os.pwrite(self._opened(), os.urandom(LENGTH), place_of(agent))
        except OSError as error:
            log.warning("Other processes learn of changed inboxes later: %s", error)

    def all(self) -> bytes:
        """Every mark as it is now."""
        try:
            return os.pread(self._opened(), PLACES * LENGTH, 0)
        except OSError:
            return NOTHING

    def is_as_in(self, marks: bytes, agent: str) -> bool:
        """Whether an agent's mark is still the one that it was."""
        place = place_of(agent)
        try:
            now = os.pread(self._opened(), LENGTH, place)
        except OSError:
            now = NOTHING
        return now == marks[place : place + LENGTH]

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


@lru_cache(10_000)
def place_of(agent: str) -> int:
    """Where the mark of an agent begins."""
    return crc32(agent.encode()) % PLACES * LENGTH
