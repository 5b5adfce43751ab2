"""Rows in bulk, each database in the way that is fastest there: PostgreSQL takes columns, all in one statement.

Whoever reports an observation waits for the runs that it opens. What Django does before it asks the database, and to
make a model by the names of its fields, costs several times as much as what the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

import orjson
from django.db import connection
from django.db.models import BooleanField, Field, JSONField, Model
from django.db.models.base import ModelState

from telemetry.storage import Store
from telemetry.storage.common import Row
from telemetry.storage.sqlite import SQLiteStore

M = TypeVar("M", bound=Model)


def made(model: type[M], **parts: Any) -> M:
    """A new row of a table by its columns; what is not given is as its model has it."""
    blanks, emptied = _blanks(model)
    columns = {**blanks, **parts}
    for name in emptied:
        if name not in parts:
            columns[name] = {}
    return _row(model, columns)


def _row(model: type[M], columns: dict[str, Any]) -> M:
    """What the model's own constructor makes of all of its columns; that takes several times as long."""
    row = model.__new__(model)
    row.__dict__.update(columns)
    row._state = ModelState()
    return row


def insert(store: Store, rows: Sequence[Model]) -> None:
    """Store new rows of one table, and give them their numbers: they ascend in the order of the rows."""
    if not rows:
        return
    table, (names, blank) = type(rows[0])._meta.db_table, _filled(rows)
    listed = ", ".join((*names, *blank))
    if isinstance(store, SQLiteStore):  # whoever writes is alone
        (last,) = store.run("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", table) or [(0,)]
        pks = range((last[0] or 0) + 1, (last[0] or 0) + 1 + len(rows))
        _number(rows, pks)
        marks = ", ".join((*["%s"] * (len(names) + 1), *blank.values()))
        store.many(
            f"INSERT INTO {table} (id, {listed}) VALUES ({marks})",  # noqa: S608
            [_values(row, ("id", *names)) for row in rows],
        )
    else:
        given = ", ".join((*names, *blank.values()))
        found = store.run(
            f"INSERT INTO {table} ({listed}) SELECT {given} FROM {_source(type(rows[0]), names)} RETURNING id",  # noqa: S608
            *_columns(rows, names),
        )
        _number(rows, sorted(pk for (pk,) in found))


def insert_with_parts(
    store: Store, rows: Sequence[Model], parts: Sequence[tuple[int, Model]], key: str
) -> None:
    """Store new rows of one table and new rows of another that belong to them, and give all of them their numbers.

    ``parts`` come with the place of the row that each belongs to, ``key`` is the column that says so.
    """
    added = [part for _, part in parts]
    if isinstance(store, SQLiteStore) or not parts:
        insert(store, rows)
        _hang(rows, parts, key)
        insert(store, added)
        return
    (names, blank), (own, own_blank) = _filled(rows), _filled(added)
    del own_blank[key]
    ((pks, own_pks),) = store.run(
        f"WITH r AS ({_numbered(type(rows[0]), names)}),"  # noqa: S608
        f" p AS ({_numbered(type(added[0]), own, are_parts=True)}),"
        f" stored AS (INSERT INTO {type(rows[0])._meta.db_table} (id, {', '.join((*names, *blank))})"
        f" SELECT id, {', '.join((*names, *blank.values()))} FROM r),"
        f" own AS (INSERT INTO {type(added[0])._meta.db_table} (id, {key}, {', '.join((*own, *own_blank))})"
        f" SELECT id, ids.of_rows[p.of], {', '.join((*own, *own_blank.values()))}"
        " FROM p, (SELECT array_agg(id ORDER BY place) AS of_rows FROM r) AS ids)"
        " SELECT ARRAY(SELECT id FROM r), ARRAY(SELECT id FROM p)",
        *_columns(rows, names), *_columns(added, own), [place + 1 for place, _ in parts],
    )  # fmt: skip
    _number(rows, sorted(pks))
    _number(added, sorted(own_pks))
    _hang(rows, parts, key)


def update(
    store: Store, rows: Sequence[Model], names: Sequence[str], then: tuple[str, Sequence[Any]] | None = None
) -> list[Row]:
    """Store some columns of rows of one table; ``then`` is a statement, which neither reads nor writes that table, to
    go along with it, and its parameters. What it returns."""
    sql, parameters = then or ("", ())
    if not rows:
        return store.run(sql, *parameters) if then else []
    table, names = type(rows[0])._meta.db_table, (*names, "id")
    if isinstance(store, SQLiteStore):
        moved = ", ".join(f"{name} = %s" for name in names[:-1])
        store.many(
            f"UPDATE {table} SET {moved} WHERE id = %s",  # noqa: S608
            [_values(row, names) for row in rows],
        )
        return store.run(sql, *parameters) if then else []
    moved = ", ".join(f"{name} = n.{name}" for name in names[:-1])
    own = f"UPDATE {table} AS t SET {moved} FROM {_source(type(rows[0]), names)} WHERE t.id = n.id"  # noqa: S608
    return store.run(f"WITH moved AS ({own}) {sql}" if then else own, *_columns(rows, names), *parameters)


def select(
    store: Store,
    model: type[M],
    column: str,
    numbers: Sequence[int],
    *,
    only: str = "",
    ordered: str = "id",
    index: str = "",
) -> list[M]:
    """Rows of one table of which a column is one of these numbers, and for which a condition holds, in an order.

    ``index`` is the one to go by, for SQLite, which takes it that few rows are NULL in a column with an index.
    """
    if not numbers:
        return []
    names = _names(model)
    where, parameter = among(column, numbers)
    where += f" AND {only}" if only else ""
    table = model._meta.db_table
    if index and isinstance(store, SQLiteStore):
        table += f" INDEXED BY {index}"
    rows = store.run(
        f"SELECT {', '.join(names)} FROM {table} WHERE {where} ORDER BY {ordered}",  # noqa: S608
        parameter,
    )
    converted = _converted(model)
    found = []
    for values in rows:
        one = _row(model, dict(zip(names, values, strict=True)))
        for name, convert in converted:
            setattr(one, name, convert(getattr(one, name)))
        found.append(one)
    _stored(found)
    return found


def among(column: str, numbers: Sequence[int]) -> tuple[str, Any]:
    """The condition that a column is one of these numbers, and its parameter."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])", list(numbers)
    return f"{column} IN (SELECT value FROM json_each(%s))", orjson.dumps(numbers).decode()  # noqa: S608


@lru_cache
def _names(model: type[Model]) -> tuple[str, ...]:
    """The columns, the number first."""
    return tuple(field.attname for field in model._meta.concrete_fields)


@lru_cache
def _converted(model: type[Model]) -> list[tuple[str, Callable[[Any], Any]]]:
    """The columns of which drivers give something else than Django has, and what makes that of it."""
    kinds: dict[type[Field[Any, Any]], Callable[[Any], Any]] = {JSONField: orjson.loads, BooleanField: bool}
    return [(one.attname, kinds[type(one)]) for one in model._meta.concrete_fields if type(one) in kinds]


@lru_cache
def _blanks(model: type[Model]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What each column is where nothing is said, and those of them that are an empty object then."""
    blanks = {one.attname: one.get_default() for one in model._meta.concrete_fields}
    return blanks, tuple(name for name, blank in blanks.items() if blank == {})


def _filled(rows: Sequence[Model]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The columns in which some rows have something; of the others, what all of them have there, as SQL has it.

    Most columns of a new row are blank, and it takes longer to hand these over than to store them.
    """
    names, (blanks, _) = _names(type(rows[0]))[1:], _blanks(type(rows[0]))
    columns = zip(*map(attrgetter(*names), rows), strict=True)
    is_blank = [column.count(blanks[name]) == len(rows) for name, column in zip(names, columns, strict=True)]
    return (
        tuple(name for name, one in zip(names, is_blank, strict=True) if not one),
        {name: _literal(blanks[name]) for name, one in zip(names, is_blank, strict=True) if one},
    )


def _literal(blank: Any) -> str:
    """A default as SQL has it: None, a number, a word of ours, or an empty object."""
    if blank is None:
        return "NULL"
    return f"'{blank}'" if isinstance(blank, str | dict) else str(blank)


def _hang(rows: Sequence[Model], parts: Sequence[tuple[int, Model]], key: str) -> None:
    """Have parts say whose they are, past Django's own setting, which looks for another row that it has in memory."""
    for place, part in parts:
        vars(part)[key] = rows[place].pk


def _number(rows: Sequence[Model], pks: Sequence[int]) -> None:
    name = type(rows[0])._meta.pk.attname
    for row, pk in zip(rows, pks, strict=True):
        vars(row)[name] = pk
    _stored(rows)


def _stored(rows: Sequence[Model]) -> None:
    """Have Django know that they are."""
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias


@lru_cache
def _source(model: type[Model], names: tuple[str, ...]) -> str:
    """Rows that come by columns, under their names."""
    return f"unnest({_arrays(model, names)}) AS n({', '.join(names)})"


@lru_cache
def _numbered(model: type[Model], names: tuple[str, ...], *, are_parts: bool = False) -> str:
    """New rows that come by columns, with their numbers and their places, from 1; parts with the place of their row."""
    own = (*names, "of") if are_parts else names
    arrays = _arrays(model, names) + (", %s::int[]" if are_parts else "")
    sequence = f"{model._meta.db_table}_{model._meta.pk.column}_seq"  # as PostgreSQL calls it
    listed = ", ".join((*own, "place"))
    return f"SELECT nextval('{sequence}') AS id, n.* FROM unnest({arrays}) WITH ORDINALITY AS n({listed})"  # noqa: S608


def _arrays(model: type[Model], names: tuple[str, ...]) -> str:
    """A length is left out: a cast would cut off what is too long, which the table refuses."""
    kinds = {
        one.attname: str(one.db_type(connection)).partition("(")[0] for one in model._meta.concrete_fields
    }
    return ", ".join(f"%s::{kinds[name]}[]" for name in names)


def _values(row: Model, names: Sequence[str]) -> list[Any]:
    """Of columns; what a driver has no type for is JSON."""
    found = attrgetter(*names)(row)
    return [orjson.dumps(value).decode() if type(value) is dict else value for value in found]


def _columns(rows: Sequence[Model], names: Sequence[str]) -> list[list[Any]]:
    return [list(column) for column in zip(*(_values(row, names) for row in rows), strict=True)]
