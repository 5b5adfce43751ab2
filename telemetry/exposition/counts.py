"""Counts of a process, kept where its neighbours can read them, without a mapped file.

`prometheus_client` maps the files in which processes share their counts. Where such a file has a hole, as it has when
it just grew, and the disk is full, touching it ends the process by SIGBUS. Here counts are in memory and written to
the same kind of file: what cannot be written stays in memory, and is written once there is room again.
"""

from __future__ import annotations

import logging
import os
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import mmap_dict, values

log = logging.getLogger(__name__)

AGAIN_AFTER: Final = 1.0
"""Seconds between two tries to write what could not be written."""
_HEAD: Final = 8
_USED, _LENGTH, _VALUE = struct.Struct("ixxxx"), struct.Struct("i"), struct.Struct("dd")


class Counts:
    """What `prometheus_client` calls an MmapedDict: values by key, one file a process. It holds a lock round each call.

    The file has its layout, for `MultiProcessCollector` reads it: how many bytes are used, then each key with its
    length, filled up to eight bytes, its value and its moment.
    """

    def __init__(self, filename: str) -> None:
        self._path = Path(filename)
        self._file: int | None = None
        self._behind_until = 0.0
        self._is_behind = False
        take_over(self._path)
        self._data, self._positions = _read(self._path)
        self._write_whole()

    def read_value(self, key: str) -> tuple[float, float]:
        """The value and its moment; both 0 for a key that was not there."""
        found: tuple[float, float] = _VALUE.unpack_from(self._data, self._position(key))
        return found

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        """Keep it, and write it where that can be done. Raises nothing."""
        position = self._position(key)
        _VALUE.pack_into(self._data, position, value, timestamp)
        self._write(position, position + _VALUE.size)

    def close(self) -> None:
        """Give the file back; what is in it stays."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _position(self, key: str) -> int:
        if key not in self._positions:
            start = len(self._data)
            text = key.encode()
            filling = b" " * (8 - (len(text) + _LENGTH.size) % 8)
            self._data += _LENGTH.pack(len(text)) + text + filling + _VALUE.pack(0.0, 0.0)
            _USED.pack_into(self._data, 0, len(self._data))
            self._positions[key] = len(self._data) - _VALUE.size
            self._write(start, len(self._data))
            self._write(0, _HEAD)  # last: whoever reads meanwhile sees an entry whole or not at all
        return self._positions[key]

    def _write(self, start: int, end: int) -> None:
        if self._is_behind or self._file is None:
            if time.monotonic() >= self._behind_until:
                self._write_whole()
            return
        try:
            if os.pwrite(self._file, self._data[start:end], start) != end - start:
                raise OSError("not all of it was written")
        except OSError as error:
            self._fall_behind(error)

    def _write_whole(self) -> None:
        """Have a file with all of it: a new one, put in the place of what there is."""
        draft = self._path.with_suffix(".draft")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                if os.write(file, self._data) != len(self._data):
                    raise OSError("not all of it was written")
                draft.replace(self._path)
            except BaseException:
                os.close(file)
                draft.unlink(missing_ok=True)
                raise
        except OSError as error:
            self._fall_behind(error)
        else:
            self.close()
            self._file = file
            if self._is_behind:
                self._is_behind = False
                log.warning("Counts of requests are written to %s again; none is lost.", self._path)

    def _fall_behind(self, error: OSError) -> None:
        if not self._is_behind:
            log.warning("Counts of requests are in memory only for now: %s: %s", self._path, error)
        self._is_behind = True
        self._behind_until = time.monotonic() + AGAIN_AFTER


def _read(path: Path) -> tuple[bytearray, dict[str, int]]:
    """What a file has, and where each key's value is; an empty one where there is none, or not ours."""
    try:
        data = path.read_bytes()
        (used,) = _USED.unpack_from(data)
        found = mmap_dict._read_all_values(data[:used], used)  # type: ignore[no-untyped-call]
        return bytearray(data[:used]), {key: position for key, _, _, position in found}
    except (OSError, struct.error, RuntimeError, UnicodeDecodeError):
        return bytearray(_USED.pack(_HEAD)), {}


def take_over(path: Path) -> None:
    """Go on with the file of a process that is no more, so that none is left behind by each that was killed.

    Not with gauges: what they tell is of one process.
    """
    kind, _, _ = path.name.rpartition("_")
    if kind.startswith("gauge") or path.exists():
        return
    for other in sorted(path.parent.glob(f"{kind}_*.db")):
        number = other.stem.rpartition("_")[2]
        if number.isdigit() and not _runs(int(number)):
            with suppress(OSError):  # another one was quicker
                other.rename(path)
                return


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def install() -> None:
    """Have `prometheus_client` keep shared counts this way: it has no setting for it."""
    vars(values)["MmapedDict"] = Counts
