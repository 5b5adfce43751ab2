"""Setting up once what many tests begin with; after that its rows are put back as they were.

That is done only where nothing can tell the difference: on SQLite, from the very rows that it started from before.
Otherwise it is set up again. On PostgreSQL it always is.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection, transaction

T = TypeVar("T")
Rows = dict[str, dict[Any, tuple[Any, ...]]]
APPS = ("kpis", "bindings", "releases", "telemetry", "jobs")


class Remembered(Generic[T]):
    """``make`` sets something up and returns it; ``read`` returns the same from the database."""

    def __init__(self, make: Callable[[], T], read: Callable[[], T]) -> None:
        self._make, self._read = make, read
        self._known: dict[str, Rows] = {}

    def __call__(self) -> T:
        """Have it in the database."""
        if connection.vendor != "sqlite":
            return self._make()
        before = rows()
        start = sha256(repr(before).encode()).hexdigest()
        if start in self._known:
            put(self._known[start], before)
            return self._read()
        made = self._make()
        self._known[start] = {
            table: {key: row for key, row in found.items() if before[table].get(key) != row}
            for table, found in rows().items()
        }
        return made


def rows() -> Rows:
    """All rows by their table and key."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - names of ours
            found[table] = {row[0]: row for row in cursor.fetchall()}
    return found


def put(wanted: Rows, before: Rows) -> None:
    """Add the rows that are not there, and change those that are."""
    with transaction.atomic(), connection.cursor() as cursor:  # what refers to what is checked at the end
        for table, found in wanted.items():
            if found:
                cursor.execute(f'PRAGMA table_info("{table}")')
                names = [row[1] for row in cursor.fetchall()]
                assigned = ", ".join(f'"{name}" = %s' for name in names)
                places = ", ".join("%s" for _ in names)
            for key, row in found.items():
                if key in before[table]:
                    cursor.execute(f'UPDATE "{table}" SET {assigned} WHERE "{names[0]}" = %s', [*row, key])  # noqa: S608
                else:
                    cursor.execute(f'INSERT INTO "{table}" VALUES ({places})', row)  # noqa: S608


def tables() -> list[str]:
    """Those of our own apps that have one key, and it comes first; joins of many to many among them."""
    models = [
        model for name in APPS for model in apps.get_app_config(name).get_models(include_auto_created=True)
    ]
    return [model._meta.db_table for model in models if model._meta.pk is model._meta.concrete_fields[0]]
