"""Looking for a person's id in everything there is: every text of the database, kept answers, sessions, every file.

An id counts where it stands alone, so that ``p-12`` is not found in ``p-123``.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from django.contrib.sessions.models import Session
from django.db import connection

from releases.models import PreparedCopy, ReleasePart
from releases.models.packing import unpack
from telemetry.models import Batch
from telemetry.residue_scan.files import read_files
from telemetry.subjects import pseudonym

TEXTS: Final = ("char", "text", "json", "clob", "bytea", "blob")
LONG_ENOUGH: Final = 8
"""Characters: a shorter id would be found in any file of a database by chance."""
_ALONE: Final = r"(?<![\w-])(?:{})(?![\w-])"


@dataclass(slots=True)
class Searched:
    """What was looked through, and where the id is: names of tables with their column, and of files."""

    tables: int = 0
    columns: int = 0
    answers: int = 0
    sessions: int = 0
    files: int = 0
    found: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    has_alikes: bool = False
    """Whether other words of the database hold the id within them."""

    @property
    def counts(self) -> dict[str, int]:
        """How much was looked at."""
        names = ("tables", "columns", "answers", "sessions", "files")
        return {name: getattr(self, name) for name in names}


class Search:
    """For one id: as it is, as JSON and addresses write it, and by what metrics call the person."""

    def __init__(self, user_id: str) -> None:
        escaped, less_escaped = (
            json.dumps(user_id, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)
        )
        written = {user_id, escaped, less_escaped, quote(user_id, safe=""), pseudonym(user_id)}
        self.words = sorted(written)
        self._text = re.compile(_ALONE.format("|".join(map(re.escape, self.words))))
        self._bytes = re.compile(self._text.pattern.encode())
        self.is_long = len(user_id) >= LONG_ENOUGH

    def everywhere(self) -> Searched:
        """In the database and in the files of the data folder."""
        found = Searched()
        self._tables(found)
        self._answers(found)
        self._releases(found)
        self._sessions(found)
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
        """The texts of a column that hold a word somewhere."""
        name, place = connection.ops.quote_name(column), connection.ops.quote_name(table)
        holds = f"position(%s in {name}::text)" if connection.vendor == "postgresql" else f"instr({name}, %s)"
        text = f"{name}::text" if connection.vendor == "postgresql" else name
        any_of_them = " OR ".join([f"{holds} > 0"] * len(self.words))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {text} FROM {place} WHERE {any_of_them}", self.words)  # noqa: S608 - names are ours
            for (value,) in cursor:
                yield value if isinstance(value, bytes) else str(value)

    def _answers(self, found: Searched) -> None:
        for answer in Batch.objects.values_list("answer", flat=True).iterator():
            found.answers += 1
            if self.is_in(zlib.decompress(bytes(answer))):
                found.found.append("telemetry_batch.answer, inflated")
                break

    def _releases(self, found: Searched) -> None:
        for model, column in (
            (ReleasePart, "packed"),
            (PreparedCopy, "document"),
            (PreparedCopy, "findings"),
        ):
            for packed in model._default_manager.values_list(column, flat=True).iterator():
                if self.is_in(unpack(bytes(packed))):
                    found.found.append(f"{model._meta.db_table}.{column}, inflated")
                    break

    def _sessions(self, found: Searched) -> None:
        for session in Session.objects.iterator():
            found.sessions += 1
            if self.is_in(json.dumps(session.get_decoded(), default=str)):
                found.found.append("django_session.session_data, decoded")
                break

    def _files(self, found: Searched) -> None:
        # Where the database's file would have it by chance, or within other words, only its texts tell: see above.
        read = read_files(
            self.words,
            self._text.pattern,
            is_long=self.is_long,
            with_database=self.is_long and not found.has_alikes,
        )
        found.files = read.files
        found.found += read.found
        found.unread += read.unread

    def is_in(self, text: str | bytes) -> bool:
        """Whether a text holds the id, standing alone."""
        return bool(self._bytes.search(text) if isinstance(text, bytes) else self._text.search(text))


def text_columns() -> Iterator[tuple[str, list[str]]]:
    """Every table, with its columns that may hold a text. Partitions are looked through with their table."""
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            yield table, [name for name, code in _columns(cursor, table) if _is_text(code)]


def _columns(cursor: Any, table: str) -> list[tuple[str, Any]]:
    """Names and types. Django parses each table's SQL for more than that on SQLite, which takes half a second."""
    if connection.vendor == "sqlite":
        cursor.execute(f"PRAGMA table_info({connection.ops.quote_name(table)})")
        return [(row[1], row[2]) for row in cursor.fetchall()]
    found = connection.introspection.get_table_description(cursor, table)
    return [(one.name, one.type_code) for one in found]


def _is_text(code: Any) -> bool:
    if isinstance(code, str):  # SQLite: as it was declared; a column without a type may hold anything
        return not code or any(word in code.lower() for word in TEXTS)
    kind = connection.introspection.data_types_reverse.get(code)
    return kind is None or kind in ("CharField", "TextField", "JSONField", "BinaryField")
