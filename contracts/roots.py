"""Staying inside the directory that somebody named: a link in it may lead anywhere, to a file with secrets too.

A tree may come from a stranger, as a pull request does, and what is read is quoted in reports. So a link is followed
only where it leads to something inside, and what is no regular file is not opened.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

NOT_FOLLOWED = "This link leads out of the directory that was named, and was not followed."
NO_FILE = "This is no regular file, and was not opened."


def objection(path: Path, root: Path) -> str:
    """Why a path below a root may not be read; "" where it may. The root may itself be a link: it was named.

    What is not there at all may be.
    """
    if not os.path.lexists(path):
        return "" if stays_inside(path, root) else NOT_FOLLOWED
    if not stays_inside(path, root):
        return NOT_FOLLOWED
    return "" if path.is_file() else NO_FILE


def stays_inside(path: Path, root: Path) -> bool:
    """Whether the path, all links followed, is below the root, whether it is there or not."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return False


def refuse_to_write_outside(path: Path, root: Path) -> None:
    """Raise OSError for a path that a link leads out of the root."""
    if not stays_inside(path, root):
        said = f"a link leads out of {root} here, and nothing was written through it"
        raise OSError(errno.ELOOP, said, str(path))


def read_at_most(path: Path, size: int) -> bytes:
    """The beginning of a regular file. Raises OSError, and never waits for a pipe or a device."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        return opened.read(size)
