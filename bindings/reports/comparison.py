"""Two reports, one after the other: what is new, what is fixed, what stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bindings.reports.entries import Entry


@dataclass(frozen=True, slots=True)
class Comparison:
    """Entries of the later report that the earlier one lacks, the other way round, and those of both."""

    new: tuple[Entry, ...]
    fixed: tuple[Entry, ...]
    staying: tuple[Entry, ...]


def compare(before: Sequence[Entry], after: Sequence[Entry]) -> Comparison:
    """Compare by fingerprint, so that a reworded message or a moved KPI is no new finding.

    A finding that is silenced is neither new nor fixed by that: only those that count are compared.
    """
    known = {entry.mark for entry in before if not entry.waived}
    now = {entry.mark for entry in after}
    counting = [entry for entry in after if not entry.waived]
    return Comparison(
        new=tuple(entry for entry in counting if entry.mark not in known),
        fixed=tuple(entry for entry in before if not entry.waived and entry.mark not in now),
        staying=tuple(entry for entry in counting if entry.mark in known),
    )


def dated(before: Sequence[Entry], after: Sequence[Entry], at: str) -> list[Entry]:
    """The later entries, each with the time since when it is known.

    That is ``at`` for what the earlier report lacks, or had as waived while it counts now.
    """
    known = {entry.mark: entry for entry in before}
    return [entry._replace(since=_since(known.get(entry.mark), entry) or at) for entry in after]


def _since(old: Entry | None, entry: Entry) -> str:
    return old.since if old and (entry.waived or not old.waived) else ""
