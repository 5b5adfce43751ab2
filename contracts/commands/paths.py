"""From the paths on the command line to files."""

from collections.abc import Iterable
from pathlib import Path

from contracts.findings import EXIT_USAGE
from contracts.loading import LOOKED_FOR, TreeError, contract_files
from contracts.roots import objection, read_at_most
from contracts.yamltree import MAX_BYTES


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


def read_limited(path: Path) -> bytes:
    """A file's bytes, cut off just beyond what the YAML reader takes: it then calls the file too large."""
    return read_at_most(path, MAX_BYTES + 1)
