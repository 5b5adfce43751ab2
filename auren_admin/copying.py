"""Copies all that is in one database into an empty one on PostgreSQL: in one transaction, and compared afterwards.

Rows are read and written as they are, without saving a model: nothing gets another time, number or digest by it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import BinaryField, Field, JSONField, Model, QuerySet, TextField
from django.db.models.functions import Cast

AT_ONCE: Final = 5000
"""Rows between two words of progress."""
SEEDED: Final = frozenset(
    "auth.Group auth.Group_permissions auth.Permission bindings.Roster bindings.TokenRevision"
    " contenttypes.ContentType kpis.RegistrySettings kpis.Unit kpis.ValidationRule releases.Channel"
    " releases.ServingRevision telemetry.Clock".split()
)
"""What `migrate` puts into an empty database: there the copy takes its place."""
OWN: Final = {("telemetry.Series", "changed"), ("telemetry.Standing", "changed")}
"""Numbers of transactions, which mean nothing in another database: what is there was there before all that comes."""
ANEW: Final = {("telemetry.Forwarding", "cursor")}
"""A place in the order of those numbers: what is forwarded is told once more."""

Row = tuple[Any, ...]
Say = Callable[[str], object]


class NotCopied(Exception):
    """Why nothing was copied, and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A model's table, and its columns as they are read and written."""

    model: type[Model]
    fields: tuple[Field[Any, Any], ...]

    @classmethod
    def of(cls, model: type[Model]) -> Table:
        """With every column that is stored."""
        return cls(model, tuple(field for field in model._meta.local_concrete_fields if field.column))

    @property
    def name(self) -> str:
        """The table's name as people know it."""
        return self.model._meta.label

    def rows(self, using: str) -> Iterator[Row]:
        """Each as it is to be written; JSON as its text."""
        found: QuerySet[Any, Any] = self.model._base_manager.using(using).order_by()
        columns = []
        for place, field in enumerate(self.fields):
            name = field.attname
            if isinstance(field, JSONField):
                name = f"_{place}"
                found = found.annotate(**{name: Cast(field.name, TextField())})
            columns.append(name)
        change = {n: how for n, field in enumerate(self.fields) if (how := self._change(field))}
        for row in found.values_list(*columns).iterator(AT_ONCE):
            yield tuple(change[n](value) if n in change else value for n, value in enumerate(row))

    def _change(self, field: Field[Any, Any]) -> Callable[[Any], Any] | None:
        if (self.name, field.name) in OWN:
            return lambda number: min(number, 1)
        if (self.name, field.name) in ANEW:
            return lambda number: 0
        return bytes if isinstance(field, BinaryField) else None

    def digest_of(self, row: Row) -> int:
        """A hash of the row's values, which is the same whichever database they come from."""
        values = [
            _canonical(value) if value is not None and isinstance(field, JSONField) else _plain(value)
            for field, value in zip(self.fields, row, strict=True)
        ]
        return int.from_bytes(blake2b(repr(values).encode("utf-8", "replace"), digest_size=16).digest())


@dataclass(slots=True)
class Sum:
    """How many rows, and the sum of their digests, whatever their order."""

    rows: int = 0
    digest: int = 0

    def add(self, digest: int) -> None:
        """Count one more row by its digest."""
        self.rows += 1
        self.digest = (self.digest + digest) % (1 << 128)


def copy(source: str, target: str, say: Say) -> int:
    """Copy all tables; how many rows. All or nothing. Raises NotCopied."""
    tables = [Table.of(model) for model in _models()]
    refuse_unfit(source, target, tables)
    connection, total = connections[target], 0
    with transaction.atomic(source), transaction.atomic(target), connection.cursor() as cursor:
        refuse_filled(target, tables)
        for table in tables:
            cursor.execute(f"ALTER TABLE {_quoted(connection, table)} DISABLE TRIGGER USER")
        for table in tables:
            if table.name in SEEDED:
                cursor.execute(f"DELETE FROM {_quoted(connection, table)}")  # noqa: S608 - our own names
        for table in tables:
            sent = _copied(table, source, connection, say)
            if sent != _read(table, target):
                raise NotCopied(f"{table.name} is not the same after it was copied. Nothing was kept.")
            say(f"{table.name}: {sent.rows:,} rows, compared")
            total += sent.rows
        for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables]):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {_quoted(connection, table)} ENABLE TRIGGER USER")
    return total


def refuse_unfit(source: str, target: str, tables: list[Table]) -> None:
    """Raise NotCopied where the databases are not alike, or something is in none of our tables."""
    if connections[source].vendor != "sqlite" or connections[target].vendor != "postgresql":
        raise NotCopied("It copies from SQLite to PostgreSQL: have DATABASE_URL name the file, or nothing.")
    here, there = (set(MigrationRecorder(connections[one]).applied_migrations()) for one in (source, target))
    if not there:
        raise NotCopied("The new database has no tables yet: run DATABASE_URL=… manage.py migrate first.")
    if here != there:
        odd = ", ".join(sorted(f"{app}.{name}" for app, name in here ^ there)[:5])
        raise NotCopied(f"The two are not of one version ({odd}): run manage.py migrate for both.")
    known = {table.model._meta.db_table for table in tables} | {"django_migrations"}
    if strange := sorted(set(connections[source].introspection.table_names()) - known):
        raise NotCopied(f"Nobody knows how to copy {', '.join(strange)}: drop what is not AUREN Admin's own.")


def refuse_filled(target: str, tables: list[Table]) -> None:
    """Raise NotCopied where there is more in the new database than `migrate` puts there."""
    filled = [one.name for one in tables if one.name not in SEEDED and _has_rows(one, target)]
    if filled:
        raise NotCopied(
            f"The new database is not empty: it has {', '.join(filled[:5])}. "
            "Make another one with createdb, and run manage.py migrate there."
        )


def _has_rows(table: Table, using: str) -> bool:
    return table.model._base_manager.using(using).exists()


def _models() -> list[type[Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _copied(table: Table, source: str, connection: BaseDatabaseWrapper, say: Say) -> Sum:
    """Write every row by COPY; what was sent."""
    sent = Sum()
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in table.fields)
    statement = f"COPY {_quoted(connection, table)} ({columns}) FROM STDIN"
    try:
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(statement) as pipe,
        ):
            for row in table.rows(source):
                pipe.write_row(row)
                sent.add(table.digest_of(row))
                if sent.rows % (20 * AT_ONCE) == 0:
                    say(f"{table.name}: {sent.rows:,} rows")
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise NotCopied(
            f"PostgreSQL refuses a row of {table.name}: {reason}. Nothing was kept; fix it in SQLite."
        ) from error
    return sent


def _read(table: Table, using: str) -> Sum:
    found = Sum()
    for row in table.rows(using):
        found.add(table.digest_of(row))
    return found


def _quoted(connection: BaseDatabaseWrapper, table: Table) -> str:
    return connection.ops.quote_name(table.model._meta.db_table)


def _canonical(text: str) -> str:
    """JSON in one way of writing: PostgreSQL keeps neither the order of keys nor blanks, nor 1e2."""
    return json.dumps(json.loads(text, parse_float=_number), sort_keys=True)


def _number(text: str) -> str:
    return f"number {Decimal(text).normalize():f}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
