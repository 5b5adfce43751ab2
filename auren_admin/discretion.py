"""Logs say what went wrong, not of whom: PostgreSQL quotes the row it refused, which may hold a person's id."""

import logging
import re
from typing import Any

_QUOTED = re.compile(r"^\s*(?:DETAIL|CONTEXT|STATEMENT|QUERY):.*\n?", re.MULTILINE)


class Discreet(logging.Formatter):
    """Leaves out the lines in which a database quotes values."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry, its traceback included."""
        return _QUOTED.sub("", super().format(record)).rstrip("\n")


def logging_to_stderr(level: str) -> dict[str, Any]:
    """Django's setting for logs: ours at this level, those of others from warnings on."""
    ours = ("django", "auren_admin", "kpis", "jobs", "bindings", "releases", "telemetry")
    line = {"()": Discreet, "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {name: {"handlers": ["stderr"], "level": level, "propagate": False} for name in ours},
    }
