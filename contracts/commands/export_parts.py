"""What the server's apps write into the directory of an export beside the registry's files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from contracts.release import ReleaseDocument


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a part by path, the options that they depend on, and what else there is to say, line by line."""

    texts: Mapping[str, str]
    options: Mapping[str, str]
    remarks: Sequence[str] = ()


class ExportPart(ABC):
    """A part of what ``registry export`` writes into a directory."""

    name: ClassVar[str]
    folders: ClassVar[tuple[str, ...]]
    """Where its files lie below the directory; nothing elsewhere is ever removed."""

    @abstractmethod
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options that its files depend on."""

    @abstractmethod
    def make(self, document: ReleaseDocument, release: int, options: Mapping[str, Any]) -> Made:
        """The files of a release, or of the working copy where ``release`` is 0. Raises TreeError."""


EXPORT_PARTS: list[ExportPart] = []
"""Every app's part, in the order that they are written in."""
