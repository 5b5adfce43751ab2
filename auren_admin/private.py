"""What AUREN Admin keeps is for its owner alone: people's values, who may read what, keys.

Folders are made 0700 and files 0600. Looser ones of an earlier version are tightened at a start, but only what is ours:
a folder that was pointed to and holds something else is left as it is.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

FOLDER, FILE = 0o700, 0o600
_OTHERS: Final = 0o077
DATABASE: Final = "auren.sqlite3"
BESIDE: Final = ("", "-wal", "-shm", "-journal", "-turn")
"""What SQLite and we put beside a database, by the end of its name."""
_FILES: Final = frozenset({"secret_key", *(DATABASE + end for end in BESIDE)})
_FOLDERS: Final = frozenset({"snapshots", "metrics", "wake-ups"})
_HARMLESS: Final = frozenset({"static", "lost+found", ".gitignore", ".gitkeep"})
"""Nobody minds who reads these; a folder that has them beside ours is still ours."""


def private_folder(path: Path) -> Path:
    """The folder; where it was not there it is made for the owner alone. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    return path


def private_file(path: Path) -> None:
    """Have an empty file for the owner alone, if there is none. Where that cannot be, whoever opens it will say so."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE))


def write_private(path: Path, text: str) -> None:
    """Write a new file for the owner alone. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE)
    with open(file, "w", encoding="utf-8") as opened:
        opened.write(text)


def tighten(data_dir: Path, database: Path | None) -> None:
    """Take from others what an earlier version left them, and say so in the log. Raises nothing.

    ``database`` is the file of SQLite, wherever it is; None for another database.
    """
    changed = [told for path, mode in _ours(data_dir, database) if (told := _tightened(path, mode))]
    if changed:
        log.warning("Only their owner may read these from now on: %s.", ", ".join(changed))
    with suppress(OSError):
        if data_dir.stat().st_mode & _OTHERS and not _is_ours(data_dir):
            log.warning(
                "Others may look into %s. It holds more than what is ours, so that is left as it is.",
                data_dir,
            )


def _ours(data_dir: Path, database: Path | None) -> Iterator[tuple[Path, int]]:
    if _is_ours(data_dir):
        yield data_dir, FOLDER
    for name in sorted(_FOLDERS):
        folder = data_dir / name
        if folder.is_dir() and not folder.is_symlink():
            yield folder, FOLDER
            yield from ((path, FILE) for path in sorted(folder.iterdir()))
    files = {data_dir / name for name in _FILES}
    files |= {database.with_name(database.name + end) for end in BESIDE} if database else set()
    yield from ((path, FILE) for path in sorted(files))


def _is_ours(data_dir: Path) -> bool:
    """Whether the folder is there and holds nothing else."""
    try:
        names = {path.name for path in data_dir.iterdir()}
    except OSError:
        return False
    return names <= _FILES | _FOLDERS | _HARMLESS and bool(names & (_FILES | _FOLDERS))


def _tightened(path: Path, mode: int) -> str:
    """What was changed of a path, in words; "" where nothing had to be, or could be."""
    with suppress(OSError):
        before = path.lstat().st_mode
        is_other = path.is_symlink() or path.is_dir() != (mode == FOLDER)
        if is_other or not before & _OTHERS:
            return ""
        path.chmod(mode)
        return f"{path} (was {before & 0o777:o})"
    return ""
