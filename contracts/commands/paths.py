"""From the paths on the command line to files, and how large a file may be there."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from contracts.findings import EXIT_USAGE
from contracts.limits import FILE_MIB, MOST_MIB
from contracts.loading import LOOKED_FOR, TreeError, contract_files
from contracts.roots import objection, read_at_most

FILE_MAX: Final = "AUREN_FILE_MAX_MIB"
"""The environment's word for the limit. Read from there, since files are checked where there are no settings."""
_MIB = 1024 * 1024


def file_limit() -> int:
    """How many bytes a file may have that a command reads. Raises TreeError where the environment has no number."""
    said = os.environ.get(FILE_MAX) or str(FILE_MIB)
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= MOST_MIB):
        raise TreeError(f"{FILE_MAX}={said!r} has to be a whole number from 1 to {MOST_MIB:,}.", EXIT_USAGE)
    return int(said) * _MIB


def files_at(paths: Iterable[str]) -> list[Path]:
    """The files named, and the contract files of the directories named, each once.

    Raises TreeError for a path that does not exist, a directory without contract files, and a link out of it.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            files = contract_files(path)
            if not files:
                raise TreeError(f"{path} holds no contract file. {LOOKED_FOR}")
            for file in files:
                if why := objection(file, path):
                    raise TreeError(f"{file}: {why}")
        elif path.is_file():
            files = [path]
        else:
            raise TreeError(f"There is no file or directory {path}.", EXIT_USAGE)
        found |= dict.fromkeys(files)
    return list(found)


def contents_at(*paths: str) -> dict[str, bytes]:
    """The files at these paths as bytes, by their path. Raises what :func:`files_at` and reading do."""
    return {path.as_posix(): read_limited(path) for path in files_at(paths)}


def read_limited(path: Path) -> bytes:
    """A file's bytes, cut off just beyond what is read at most: the YAML reader then calls the file too large."""
    return read_at_most(path, file_limit() + 1)
