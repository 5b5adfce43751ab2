"""A directory that an export is written into: what is in it, seen from what there should be."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path

from contracts.export_manifest import (
    NAME,
    ExportedPart,
    Manifest,
    ManifestError,
    digest_of,
    is_below,
    read_manifest,
    write_manifest,
)
from contracts.files import write_together
from contracts.roots import refuse_to_write_outside


class FileState(StrEnum):
    """How a file differs from what there should be."""

    MISSING = "missing"
    OUTDATED = "out of date"
    EDITED = "edited by hand"
    UNKNOWN = "from elsewhere"
    FOREIGN = "from elsewhere, where only an export may write"
    LEFT_OVER = "left over"
    LEFT_OVER_EDITED = "left over, and edited by hand"

    @property
    def is_left_over(self) -> bool:
        """Whether there should be no such file any more."""
        return self in (FileState.LEFT_OVER, FileState.LEFT_OVER_EDITED)


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One file that is not as it should be."""

    path: str
    state: FileState


@dataclass(frozen=True, slots=True)
class WantedPart:
    """What one part of an export should be: texts by path, and the folders that are its own."""

    name: str
    folders: tuple[str, ...]
    texts: Mapping[str, str]
    release: int = 0
    digest: str = ""
    options: Mapping[str, str] | None = None
    own: str = ""
    """A pattern of places where nothing may be but what an export writes."""

    def as_exported(self) -> ExportedPart:
        """The part as the manifest keeps it: digests instead of texts."""
        files = {path: digest_of(text) for path, text in self.texts.items()}
        return ExportedPart(self.release, self.digest, self.options or {}, files)


def differences(root: Path, part: WantedPart, manifest: Manifest) -> list[FileDifference]:
    """The files of this part that are missing, other than they should be, or left over, sorted by path.

    Raises OSError where one cannot be read, or a link leads out of the directory.
    """
    known = manifest.get(part.name, ExportedPart()).files
    found = [
        *_wanted(root, part.as_exported().files, known),
        *_left_over(root, part, known),
        *(FileDifference(path, FileState.FOREIGN) for path in _foreign(root, part, known)),
    ]
    return sorted(found, key=lambda one: one.path)


def _wanted(root: Path, wanted: Mapping[str, str], known: Mapping[str, str]) -> Iterator[FileDifference]:
    for path, digest in wanted.items():
        there = digest_on_disk(root, path)
        if there == digest:
            continue
        if there is None:
            state = FileState.MISSING
        elif path not in known:
            state = FileState.UNKNOWN
        else:
            state = FileState.OUTDATED if there == known[path] else FileState.EDITED
        yield FileDifference(path, state)


def _left_over(root: Path, part: WantedPart, known: Mapping[str, str]) -> Iterator[FileDifference]:
    for path, digest in known.items():
        if path not in part.texts and is_below(path, part.folders):
            there = digest_on_disk(root, path)
            if there is not None:
                edited = there != digest
                yield FileDifference(path, FileState.LEFT_OVER_EDITED if edited else FileState.LEFT_OVER)


def _foreign(root: Path, part: WantedPart, known: Mapping[str, str]) -> Iterator[str]:
    """Files that no export wrote, in a place that is an export's alone."""
    for place in sorted(root.glob(part.own)) if part.own else ():
        path = place.relative_to(root).as_posix()
        if path not in part.texts and path not in known:
            yield path


def digest_on_disk(root: Path, path: str) -> str | None:
    """The SHA-256 of a file below the root, None where there is none. Raises OSError, and never waits for a pipe."""
    place = root / path
    refuse_to_write_outside(place, root)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "no regular file", str(place))
        return file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Written:
    """What an export did beside writing: whose edits it wrote over, what it removed, what it left alone."""

    overwritten: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Left over and edited by hand: somebody's work."""


def write_parts(root: Path, parts: list[WantedPart]) -> Written:
    """Write the parts' files and the manifest as one; then remove what is left over and nobody edited.

    Parts that are not among them stay as they are. Raises ManifestError, or OSError with all as it was.
    """
    manifest = dict(read_manifest(root))
    found = [one for part in parts for one in differences(root, part, manifest)]
    if foreign := next((one for one in found if one.state is FileState.FOREIGN), None):
        raise ManifestError(
            f"{root / foreign.path} was written by no export, and its KPIs would be there twice. Move it away, or "
            "export into another folder. Nothing was written."
        )
    stale = {one.path: one.state for one in found if one.state.is_left_over}
    after = manifest | {part.name: part.as_exported() for part in parts}
    texts = {root / path: text for part in parts for path, text in part.texts.items()}
    # Until they are gone the manifest knows the files that are left over: a crash in between forgets none.
    write_together(texts | {root / NAME: write_manifest(_with(after, manifest, stale))})
    gone = [path for path, state in stale.items() if state is FileState.LEFT_OVER]
    for path in gone:
        _remove(root, path)
    if gone:
        kept = {path: state for path, state in stale.items() if path not in gone}
        write_together({root / NAME: write_manifest(_with(after, manifest, kept))})
    return Written(
        tuple(one.path for one in found if one.state is FileState.EDITED),
        tuple(gone),
        tuple(path for path, state in stale.items() if state is FileState.LEFT_OVER_EDITED),
    )


def _with(after: Manifest, before: Manifest, paths: Mapping[str, FileState]) -> Manifest:
    """The manifest with these files of an earlier one still in it."""
    found = dict(after)
    for name, part in before.items():
        if still := {path: digest for path, digest in part.files.items() if path in paths}:
            found[name] = replace(after[name], files={**after[name].files, **still})
    return found


def _remove(root: Path, path: str) -> None:
    """Delete a file, and the folders below the root that are empty then."""
    place = root / path
    refuse_to_write_outside(place, root)
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == root:
            break
        with suppress(OSError):  # not empty
            folder.rmdir()
