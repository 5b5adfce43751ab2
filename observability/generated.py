"""What was made of a release, kept in memory for whoever asks next.

A large registry takes many seconds, so each release is worked out once in a process: whoever asks meanwhile waits for
that, or is told to come back by who calls this. Files are kept compressed, and only so many bytes of them.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Final

from contracts.release import ReleaseDocument
from observability.active_triggers import LeftOut
from observability.export import export_files
from observability.left_out import left_out_of
from observability.options import ExportOptions

MAX_BYTES: Final = 32 * 1024 * 1024
"""Of compressed files that a process keeps; what is beyond is made anew each time."""
Key = tuple[str, ExportOptions]


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """One file: what is served of it, and its text compressed."""

    path: str
    size: int
    sha256: str
    packed: bytes

    @classmethod
    def of(cls, path: str, text: str) -> GeneratedFile:
        """A file of this text."""
        data = text.encode()
        return cls(path, len(data), sha256(data).hexdigest(), zlib.compress(data, 3))

    @property
    def data(self) -> bytes:
        """The text as UTF-8."""
        return zlib.decompress(self.packed)

    @property
    def content_type(self) -> str:
        """What kind of text it is (RFC 9512 for YAML)."""
        return CONTENT_TYPES.get(self.path.rpartition(".")[2], "text/plain; charset=utf-8")


CONTENT_TYPES: Final = {
    "yml": "application/yaml",
    "yaml": "application/yaml",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Generated:
    """All files of a release by path, and what could not be made."""

    files: Mapping[str, GeneratedFile]
    left_out: tuple[LeftOut, ...]

    @property
    def weight(self) -> int:
        """Bytes that keeping it takes, about."""
        return sum(len(one.packed) + 2 * len(one.path) + 500 for one in self.files.values()) + 1000

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(one.size for one in self.files.values())


def generate(document: ReleaseDocument, options: ExportOptions) -> Generated:
    """Make all files of a release."""
    texts = export_files(document, options)
    return Generated(
        {path: GeneratedFile.of(path, text) for path, text in texts.items()},
        left_out_of(document),
    )


class GeneratedCache:
    """What was asked for last, up to ``max_bytes``; each is made by one thread, however many ask."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Key, Generated] = OrderedDict()
        self._making: dict[Key, Lock] = {}
        self._lock = Lock()

    def find(self, digest: str, options: ExportOptions) -> Generated | None:
        """What is kept, or None."""
        with self._lock:
            found = self._kept.get((digest, options))
            if found:
                self._kept.move_to_end((digest, options))
            return found

    def get(self, digest: str, options: ExportOptions, read: Callable[[], ReleaseDocument]) -> Generated:
        """What is kept, or made now of the document that ``read`` gives."""
        key = digest, options
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            if found := self.find(digest, options):
                return found
            try:
                made = generate(read(), options)
                self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def _keep(self, key: Key, made: Generated) -> None:
        with self._lock:
            if made.weight <= self._max_bytes:
                self._kept[key] = made
            while sum(one.weight for one in self._kept.values()) > self._max_bytes:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


cache: Final = GeneratedCache()
"""This process's."""
