"""Whoever holds runs or pauses in memory hears of a change as soon as it is committed, in other processes by a mark."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cache, partial

from django.conf import settings
from django.db import transaction

from protocols.services.marks import Marks

LISTENERS: list[Callable[[], None]] = []
"""Called without a word of what has changed: that is asked of the database, where others change things too."""


@cache
def marks() -> Marks:
    """Those of this machine."""
    return Marks(settings.DATA_DIR / "inboxes")


def tell(agents: Set[str]) -> None:
    """Once this transaction is committed, have everybody look who listens, and mark the agents there are by then."""
    transaction.on_commit(partial(_told, agents))


def _told(agents: Set[str]) -> None:
    marks().set(agents)
    for listener in LISTENERS:
        listener()
