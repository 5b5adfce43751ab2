"""Where a person can be, and no search from here comes: told with every proof."""

from __future__ import annotations

from typing import Final

from django.db import connection

ANYWHERE: Final = (
    "the memory of running processes, until they restart",
    "logs, and what collects them",
    "Prometheus, and what metrics were forwarded to",
    "backups, exports and other files outside AUREN_DATA_DIR",
    "agents, and what they have not sent yet",
)
POSTGRESQL: Final = ("PostgreSQL's dead rows until VACUUM, its write-ahead log, replicas",)


def not_searched() -> list[str]:
    """The places that no search from here reaches, in words."""
    return [*ANYWHERE, *(POSTGRESQL if connection.vendor == "postgresql" else ())]
