"""How the pages call people and states."""

from __future__ import annotations

from datetime import datetime

from contracts.evaluation import moment
from telemetry.models import Standing
from telemetry.subjects import label

STATES = {
    Standing.State.CRITICAL: "critical",
    Standing.State.WARNING: "warning",
    Standing.State.INFO: "info",
    Standing.State.NORMAL: "normal",
    Standing.State.UNKNOWN: "unknown",
}
"""Classes of the style sheet, the worst first."""
WORDS = {
    "critical": "critical",
    "warning": "warning",
    "info": "elevated",
    "normal": "normal",
    "unknown": "unknown",
}
"""The same as people say it: as the registry does, and no value for too long is unknown."""


def kind_of(state: int) -> str:
    """The class of a state."""
    return STATES[Standing.State(state)]


def called(subject: int, user_id: str) -> str:
    """What a person is called on a page: by AUREN_SUBJECT_LABEL, and by a number of ours where that is off."""
    return label(user_id) or f"person {subject}"


def when_of(at: int | None) -> datetime | None:
    """Microseconds as a time for the templates."""
    return None if at is None else moment(at)
