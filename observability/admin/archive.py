"""All files of an export in one archive: the same bytes for the same files."""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from observability.generated import GeneratedFile

EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that the format knows: what is in it tells no time."""
IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes of an archive that need no file on disk."""


def archive(files: Iterable[GeneratedFile]) -> IO[bytes]:
    """The archive, open at its beginning; it is gone when it is closed."""
    found = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with ZipFile(found, "w", ZIP_DEFLATED, compresslevel=6) as written:
        for one in files:
            entry = ZipInfo(one.path, date_time=EARLIEST)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            written.writestr(entry, one.data)
    found.seek(0)
    return found
