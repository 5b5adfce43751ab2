"""Logs say what went wrong, not of whom: PostgreSQL quotes the row it refused, which may hold a person's id."""

import logging
import re
from typing import Any

_QUOTED = re.compile(r"^\s*(?:DETAIL|CONTEXT|STATEMENT|QUERY):.*\n?", re.MULTILINE)


def without_traceback(record: logging.LogRecord) -> bool:
    """Of what a caller did wrong a log has one line: where in our code that was found out helps nobody."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = record.exc_text = None
    return True


class Discreet(logging.Formatter):
    """Leaves out the lines in which a database quotes values."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry, its traceback included."""
        return _QUOTED.sub("", super().format(record)).rstrip("\n")


def logging_to_stderr(level: str) -> dict[str, Any]:
    """Django's setting for logs: ours at this level, those of others from warnings on."""
    ours = ("django", "auren_admin", "kpis", "jobs", "bindings", "releases", "telemetry", "tracing")
    line = {"()": Discreet, "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": {"short": {"()": lambda: without_traceback}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["short"]}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {name: {"handlers": ["stderr"], "level": level, "propagate": False} for name in ours},
    }
