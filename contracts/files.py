"""Files written whole or not at all."""

import os
import secrets
from collections.abc import Mapping
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
    write_together({path: text})


def write_together(texts: Mapping[Path, str]) -> None:
    """Write several files as one: none is replaced before all are written, so a full disk leaves all as they were."""
    temporaries: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            target = path.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
            temporaries[target] = temporary
            _write_and_flush(temporary, text)
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o7777)
        for target, temporary in temporaries.items():
            temporary.replace(target)
    except BaseException:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)
        raise
    for directory in {target.parent: None for target in temporaries}:
        _flush_directory(directory)


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
