"""Looking for a person's id in everything there is: every text of the database, kept answers, every file.

An id counts where it stands alone, so that ``p-12`` is not found in ``p-123``.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from telemetry.models import Batch

TEXTS = ("char", "text", "json", "clob", "bytea", "blob")
LONG_ENOUGH = 8
"""Characters: a shorter id would be found in any file of a database by chance."""
_ALONE = r"(?<![\w-]){}(?![\w-])"
_CHUNK = 1024 * 1024


@dataclass(slots=True)
class Searched:
    """What was looked through, and where the id is: names of tables with their column, and of files."""

    tables: int = 0
    columns: int = 0
    answers: int = 0
    files: int = 0
    found: list[str] = field(default_factory=list)
    has_alikes: bool = False
    """Whether other words of the database hold the id within them."""

    @property
    def counts(self) -> dict[str, int]:
        """How much was looked at."""
        return {"tables": self.tables, "columns": self.columns, "answers": self.answers, "files": self.files}


class Search:
    """For one id, as it is and as JSON writes it."""

    def __init__(self, user_id: str) -> None:
        self.words = sorted({user_id, json.dumps(user_id)[1:-1]})
        either = "|".join(map(re.escape, self.words))
        self._text = re.compile(_ALONE.format(f"(?:{either})"))
        self._bytes = re.compile(self._text.pattern.encode())
        self.is_long = len(user_id) >= LONG_ENOUGH

    def everywhere(self) -> Searched:
        """In the database and in the files of the data folder."""
        found = Searched()
        self._tables(found)
        self._answers(found)
        self._files(found)
        return found

    def _tables(self, found: Searched) -> None:
        for table, columns in text_columns():
            found.tables += 1
            for column in columns:
                found.columns += 1
                for text in self._holding(table, column):
                    if self.is_in(text):
                        found.found.append(f"{table}.{column}")
                        break
                    found.has_alikes = True

    def _holding(self, table: str, column: str) -> Iterator[str | bytes]:
        """The texts of a column that hold the id somewhere."""
        name, place = connection.ops.quote_name(column), connection.ops.quote_name(table)
        with connection.cursor() as cursor:
            for word in self.words:
                if connection.vendor == "postgresql":
                    sql = f"SELECT {name}::text FROM {place} WHERE position(%s in {name}::text) > 0"  # noqa: S608
                else:
                    sql = f"SELECT {name} FROM {place} WHERE instr({name}, %s) > 0"  # noqa: S608 - names are ours
                cursor.execute(sql, [word])
                for (text,) in cursor:
                    yield text if isinstance(text, bytes) else str(text)

    def _answers(self, found: Searched) -> None:
        for answer in Batch.objects.values_list("answer", flat=True).iterator():
            found.answers += 1
            if self.is_in(zlib.decompress(bytes(answer))):
                found.found.append("telemetry_batch.answer, inflated")
                break

    def _files(self, found: Searched) -> None:
        database = database_files()
        for path in files():
            if path in database and (found.has_alikes or not self.is_long):
                continue  # its texts were read above
            found.files += 1
            if self.is_in_file(path, alone=path not in database):
                found.found.append(path.name)

    def is_in(self, text: str | bytes) -> bool:
        """Whether a text holds the id, standing alone."""
        return bool(self._bytes.search(text) if isinstance(text, bytes) else self._text.search(text))

    def is_in_file(self, path: Path, *, alone: bool) -> bool:
        """Whether a file does; in a database's own file a text may follow any other byte."""
        words = [word.encode() for word in self.words]
        overlap = max(map(len, words)) + 1
        before = b""
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    piece = before + chunk
                    if self.is_in(piece) if alone else any(word in piece for word in words):
                        return True
                    before = piece[-overlap:]
        except FileNotFoundError:  # gone meanwhile
            return False
        return False


def text_columns() -> Iterator[tuple[str, list[str]]]:
    """Every table, with its columns that may hold a text. Partitions are looked through with their table."""
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            description = connection.introspection.get_table_description(cursor, table)
            yield table, [one.name for one in description if _is_text(one.type_code)]


def _is_text(code: Any) -> bool:
    if isinstance(code, str):  # SQLite: as it was declared; a column without a type may hold anything
        return not code or any(word in code.lower() for word in TEXTS)
    kind = connection.introspection.data_types_reverse.get(code)
    return kind is None or kind in ("CharField", "TextField", "JSONField", "BinaryField")


def files() -> Iterable[Path]:
    """Every file of the data folder."""
    return sorted(path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file())


def database_files() -> set[Path]:
    """SQLite's own, where it is a file."""
    if connection.vendor != "sqlite":
        return set()
    name = str(connection.settings_dict["NAME"])
    return {Path(name + end) for end in ("", "-wal", "-shm", "-journal")}
