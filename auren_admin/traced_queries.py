"""Statements for the database as spans of the request or job that needs them: `SELECT`, and how long it took.

The statement itself is not told, as values may stand in it, nor are its parameters. One request or job has 200 such
spans at most; how many more statements it needed is told by an attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tracing import names, spans

OPERATIONS: Final = frozenset(
    "SELECT INSERT UPDATE DELETE WITH BEGIN COMMIT SAVEPOINT RELEASE COPY SET".split()
)
Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]


def trace_queries() -> None:
    """Have each connection that is opened from now on make spans."""
    connection_created.connect(_wrap, dispatch_uid="auren_admin.traced_queries")


def _wrap(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if traced not in connection.execute_wrappers:
        connection.execute_wrappers.append(traced)


def traced(execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a statement, in a span where one is recorded around it."""
    tracer = spans.tracer()
    if not tracer.has_room():
        return execute(sql, params, many, context)
    name = operation(sql)
    about = {names.DB_SYSTEM: context["connection"].vendor, names.DB_OPERATION: name}
    with tracer.span(name, spans.Kind.CLIENT, about):
        return execute(sql, params, many, context)


def operation(sql: Any) -> str:
    """The statement's first word, if it is one of SQL's."""
    word = str(sql[:20]).lstrip().split(maxsplit=1)[0].rstrip(";").upper() if sql[:20].strip() else ""
    return word if word in OPERATIONS else "OTHER"
