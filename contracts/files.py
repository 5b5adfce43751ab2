"""Files written whole or not at all."""

import os
import secrets
from pathlib import Path

NEW_FILE_MODE = 0o666
"""What a new file may allow before the process's umask takes away from it: what ``open()`` asks for."""


def write_atomically(path: Path, text: str) -> None:
    """Put ``text`` (as UTF-8, line ends untouched) into the file at ``path``, all of it or nothing.

    Whoever reads the file meanwhile sees the old text or the new one, never a part, and after a power cut it
    is one of the two: a temporary file beside it is written, flushed to disk and renamed over it, then the
    directory is flushed, because the rename is its own write (https://lwn.net/Articles/457667/). Missing
    directories are made. A file keeps its permissions; a link stays and the file it points to is written.

    Raises OSError, with ``path`` as it was and no temporary file left behind.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        _write_and_flush(temporary, text)
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_directory(target.parent)


def _write_and_flush(path: Path, text: str) -> None:
    """Write a file that must not exist yet, and wait until the disk has it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, NEW_FILE_MODE)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(path: Path) -> None:
    """Wait until the disk has the directory's entries; only POSIX systems open a directory for that."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
