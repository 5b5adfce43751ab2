"""Why a release is not published or a channel not moved, as problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bindings.reports.entries import Entry
from contracts.findings import Level
from releases.services.refusals import Refused
from rest.problems import ErrorItem, Problem, bad_body, error_of

SHOWN = 200
"""Findings of a refusal that are listed; a dry run has all of them."""
IN_BODY = {
    "message_missing": "message",
    "note_missing": "note",
    "reason_missing": "change_reason",
    "name_unfit": "name",
    "no_channel": "channel",
    "unknown_release": "release",
}
"""What is wrong with the body, and where."""


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the services refuse into problems."""
    try:
        yield
    except Refused as refused:
        raise problem_of(refused.code, refused.message, refused.entries) from None


def problem_of(code: str, message: str, entries: Iterable[Entry] = ()) -> Problem:
    """The problem that a refusal is for a program."""
    if code in IN_BODY:
        return bad_body(code, message, path=(IN_BODY[code],))
    if code == "text_unfit":
        return bad_body(code, message)
    if code == "stale":
        return Problem(412, "stale", message)
    return Problem(409, code, message, errors=items(entries, code))


def items(entries: Iterable[Entry], code: str) -> list[ErrorItem]:
    """The findings that stand in the way."""
    counts = {"errors": (Level.ERROR,), "warnings_not_accepted": (Level.WARNING,)}.get(code, ())
    found = [entry for entry in entries if entry.level in counts and not entry.waived]
    return [item(entry) for entry in found[:SHOWN]]


def item(entry: Entry) -> ErrorItem:
    """A finding, its place in front of which stands whom it is about."""
    return error_of(entry.finding, lambda path: (entry.subject, *path))
