"""Files are read by a process of their own: see :mod:`telemetry.residue_scan.reader`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from telemetry.residue_scan import reader

PATIENCE: Final = 600
"""Seconds for all files together."""


@dataclass(frozen=True, slots=True)
class FilesRead:
    """How many were read, those that hold a word, and what could not be read."""

    files: int = 0
    found: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_files(words: Sequence[str], alone: str, *, is_long: bool, with_database: bool) -> FilesRead:
    """Look for words in every file of the data folder, and in SQLite's own as SQLite gives it out."""
    own = database_file()
    question = {
        "words": list(words),
        "alone": alone,
        "names": is_long,
        "folder": str(settings.DATA_DIR),
        "own": own,
        "database": own if with_database else "",
    }
    # The words go by stdin: a command line is there for everybody to see.
    try:
        ran = subprocess.run(  # noqa: S603 - the command is ours
            [sys.executable, "-I", str(Path(reader.__file__))],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return FilesRead(unread=[f"any file ({type(error).__name__})"])
    return FilesRead(**json.loads(ran.stdout))


def database_file() -> str:
    """SQLite's, as SQLite calls it; "" where the database is none, or in memory."""
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA database_list")
        return next((str(path or "") for _, name, path in cursor.fetchall() if name == "main"), "")
