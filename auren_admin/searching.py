"""Searching without regard to how a letter is written: `über` finds `Über`, whichever way its dots are stored.

SQLite's `LIKE` folds the case of ASCII only, PostgreSQL's `UPPER` that of its collation, and neither knows that a
letter with its accent beside it is the letter with its accent on it. So both sides are folded by one definition,
:func:`contracts.texts.folded`: on SQLite that very function, on PostgreSQL one of the database's own that a
migration of `kpis` puts there. Every list that is searched, of the API or the admin, asks `icontains`.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.backends.signals import connection_created
from django.db.models import CharField, Func, TextField
from django.db.models.lookups import Contains, IContains

from contracts.texts import folded

FUNCTION: Final = "auren_folded"


class Folded(Func):
    """A column of text, folded by the database."""

    function = FUNCTION
    output_field = TextField()


class FoldedContains(IContains):
    """``title__icontains="über"``, on texts: a plain `contains`, of both sides folded."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Whether the folded column holds what is looked for, folded."""
        wanted = folded(self.rhs) if isinstance(self.rhs, str) else Folded(self.rhs)
        return Contains(Folded(self.lhs), wanted).as_sql(compiler, connection)


def have_function(connection: Any, **kwargs: Any) -> None:
    """Give a new connection to SQLite the function that PostgreSQL has in the database."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 1, _folded, deterministic=True)


def _folded(value: str | None) -> str | None:
    return None if value is None else folded(value)


def register() -> None:
    """Have every search asked like this."""
    CharField.register_lookup(FoldedContains)
    TextField.register_lookup(FoldedContains)
    connection_created.connect(have_function, dispatch_uid=FUNCTION)
