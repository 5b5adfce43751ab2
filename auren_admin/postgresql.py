"""Connections to PostgreSQL that nobody waits for without end.

The server ends what takes too long (`statement_timeout`), and the kernel notices a machine that is gone
(`tcp_user_timeout`). A server that is frozen does neither, though its kernel still says that all arrives: so the
client looks at the clock as well.
"""

from __future__ import annotations

from math import inf
from typing import Any

from psycopg import Connection, capabilities
from psycopg.abc import RV, PQGen
from psycopg.errors import Error, OperationalError, QueryCanceled, _WaitTimeout
from psycopg.pq import TransactionStatus

from rest.patience import at_most, left, longest

CANCEL = 0.2
"""Seconds within which a server that lives is expected to take a statement back."""
CHECK = 1.0
"""Seconds within which a connection from the pool must show that it is still one."""


class BoundedConnection(Connection[Any]):
    """Waits no longer than its thread is to: see `rest.patience`."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Have a piece of conversation done. Raises OperationalError where it takes too long."""
        most = longest()
        if timeout is not None or most == inf:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, most - CANCEL if most > 2 * CANCEL else CANCEL)
        except _WaitTimeout:
            return self._taken_back(gen, most)

    def execute(self, *args: Any, **options: Any) -> Any:
        """A statement without a cursor: the pool's alone, by which it sees whether this is still a connection.

        Who waited for a connection for as long as it may does not wait once more to see whether it is one: of a
        database that is frozen each connection of the pool would take its time, one after the other.
        """
        if left() <= 0:
            raise OperationalError("no time is left for the database to answer in")
        with at_most(min(CHECK, longest())):
            return super().execute(*args, **options)

    def _taken_back(self, gen: PQGen[RV], most: float) -> RV:
        """Ask the server to stop, which leaves the connection whole; where it does not, break off."""
        if self.pgconn.transaction_status == TransactionStatus.ACTIVE and capabilities.has_cancel_safe():
            try:
                self.cancel_safe(timeout=CANCEL / 2)
                return super().wait(gen, timeout=CANCEL / 2)
            except QueryCanceled:
                raise
            except (Error, _WaitTimeout):
                pass
        self.pgconn.finish()
        raise OperationalError(f"the database did not answer within {most:g} s")
