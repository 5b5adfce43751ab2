"""What a server may have loaded instead of the release: earlier releases, and the files of an export."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from observability.export import export_files
from observability.options import ExportOptions, Files
from releases.models import Release

MOST: Final = 10
"""Releases that are looked at, the newest first."""
SECONDS: Final = 20.0
"""After which no further release is worked out: a large registry takes its time."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The files that something loaded may come from, and what they are called in a sentence."""

    name: str
    files: Files
    is_directory: bool = False
    edited: frozenset[str] = frozenset()
    """Of a directory: the files that were edited by hand."""


def other_releases(release: int, options: ExportOptions) -> Iterator[Candidate]:
    """Releases beside this one, with the same options, the newest first."""
    begun = time.monotonic()
    for number in Release.objects.exclude(number=release).values_list("number", flat=True)[:MOST]:
        if time.monotonic() - begun > SECONDS:
            return
        document = Release.objects.get(number=number).as_document()
        yield Candidate(f"release {number}", export_files(document, replace(options, release=number)))


def directory(files: Mapping[str, str], edited: frozenset[str]) -> Candidate:
    """The files of an export that lie in a directory."""
    return Candidate("the files in the directory", files, is_directory=True, edited=edited)
