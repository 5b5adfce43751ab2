"""How many questions the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class Asked:
    """The number of queries so far."""

    count = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own signature
        """Let a query pass, and count it."""
        self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def asked() -> Iterator[Asked]:
    """Count the queries of the connection while this is entered."""
    found = Asked()
    with connection.execute_wrapper(found):
        yield found
