"""Bulk reading and writing of measurements, each database in the way that is fastest there."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from telemetry.storage.common import Gone
from telemetry.storage.known import forget_all
from telemetry.storage.postgres import PostgresStore
from telemetry.storage.shapes import Store
from telemetry.storage.sqlite import SQLiteStore

__all__ = ["Gone", "Store", "forget_all", "hold", "store"]


def store() -> Store:
    """The store for one transaction on the database in use."""
    return PostgresStore() if connection.vendor == "postgresql" else SQLiteStore()


def hold(subjects: Sequence[int]) -> set[int]:
    """Keep everybody else from changing anything of these people until this transaction ends; those there are.

    Whoever writes something of a person does this first, and reads what there is after it.
    """
    return {pk for pk, _ in store().hold(sorted(subjects))}
