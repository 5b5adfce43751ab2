"""Whoever holds runs or pauses in memory hears of a change in this process as soon as it is committed."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

LISTENERS: list[Callable[[], None]] = []
"""Called without a word of what has changed: that is asked of the database, where others change things too."""


def tell() -> None:
    """Have everybody who listens look once this transaction is committed."""
    if LISTENERS:
        transaction.on_commit(_told)


def _told() -> None:
    for listener in LISTENERS:
        listener()
