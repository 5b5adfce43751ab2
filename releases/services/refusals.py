"""Why an operation did nothing: a code for programs, a message for people."""

from __future__ import annotations

from collections.abc import Sequence

from bindings.reports.entries import Entry


class Refused(Exception):
    """Nothing was changed. ``entries`` are the findings that stand in the way, where it is findings."""

    def __init__(self, code: str, message: str, entries: Sequence[Entry] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.entries = list(entries)


class PublishRefused(Refused):
    """Codes: nothing, errors, warnings_not_accepted, stale, message_missing, text_unfit, no_channel."""


class MoveRefused(Refused):
    """Codes: not_approved, rejected, unknown_release, no_channel, stale, same_release, not_earlier,
    author_cannot_approve, unknown_person, note_missing, reason_missing, text_unfit, name_taken, name_unfit, too_many,
    not_protected, asked_already, nothing_asked, second_person, setting_on, two_agents."""


class RestoreRefused(Refused):
    """Codes: errors, stale, unreadable, database."""
