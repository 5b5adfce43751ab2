"""What publishing would do now: what changed, how much it matters, and what the rules say. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError as ShapeError

from bindings.reports.entries import Entry, worst_first
from bindings.reports.judging import judge_all
from bindings.reports.keeping import counted
from contracts.diff import Change, ChangeClass, worst
from contracts.findings import Level
from contracts.release import EMPTY, ReleaseDocument, ReleaseError, diff_releases
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services.checks_beside import entries_beside
from releases.services.identities import Renaming, renamings
from releases.services.reading import channel_named, working_copy
from releases.services.refusals import MoveRefused, PublishRefused

PUBLISHING = ("releases.view_release", "releases.add_release", "releases.change_channel")
"""To publish, at every door: it makes a release and moves a channel."""
TRIES = 3
"""How often the working copy is read anew because someone saved in between."""


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """All that publishing would do. ``before`` is the channel's release, ``document`` the working copy.

    ``entries`` are the findings of the whole catalogue, waived ones too, the worst first. ``digest`` changes
    when anything does that a person should have seen first.
    """

    channel: str
    before: Release | None
    before_document: ReleaseDocument
    document: ReleaseDocument
    content: bytes
    content_digest: str
    changes: list[Change]
    kind: ChangeClass | None
    entries: list[Entry]
    errors: int
    warnings: int
    counts: dict[str, int]
    digest: str
    renamings: list[Renaming]

    @property
    def is_empty(self) -> bool:
        """Whether the channel serves this very content already."""
        return not self.errors_unreadable and self.content_digest == (
            self.before.digest if self.before else EMPTY.digest
        )

    @property
    def errors_unreadable(self) -> bool:
        """Whether a row of the working copy cannot be written down at all; its errors say which."""
        return not self.content

    def open_at(self, level: Level) -> list[Entry]:
        """The findings of one level that are not waived."""
        return open_entries(self.entries, level)


@dataclass(frozen=True, slots=True)
class Judged:
    """The working copy at one moment, with what the rules say of it. ``content`` is empty where a row cannot
    be written down."""

    document: ReleaseDocument
    content: bytes
    entries: list[Entry]


def plan_publish(*, channel: str = PRODUCTION) -> PublishPlan:
    """What publishing to a channel would do. Raises PublishRefused: no_channel, stale."""
    return plan_for(publishing_to(channel), judged_copy())


def publishing_to(channel: str) -> Channel:
    """The channel of this name. Raises PublishRefused, no_channel."""
    try:
        return channel_named(channel)
    except MoveRefused as refused:
        raise PublishRefused(refused.code, refused.message) from refused


def judged_copy() -> Judged:
    """The working copy as it was at one moment, with its findings.

    It is read, judged and read again. Where both readings are the same, every row was so the whole time in
    between, and this is what stood there when the first reading ended. Raises PublishRefused, stale, where
    people keep saving.
    """
    document, content = read_copy()
    for _ in range(TRIES):
        entries = judge_all().entries
        again, content_again = read_copy()
        if content_again == content:
            beside = entries_beside(document) if content else []
            return Judged(document, content, sorted([*entries, *beside], key=worst_first))
        document, content = again, content_again
    raise PublishRefused("stale", "The registry is being changed right now. Try again.")


def read_copy() -> tuple[ReleaseDocument, bytes]:
    """The working copy and its canonical bytes, none where a row cannot be written down."""
    try:
        document = working_copy()
        return document, document.canonical()
    except (ShapeError, UnicodeEncodeError):
        return EMPTY, b""


def plan_for(channel: Channel, judged: Judged) -> PublishPlan:
    """The plan for what was read and judged, seen from a channel's release."""
    before = channel.release
    try:
        earlier = before.as_document() if before else EMPTY
    except ReleaseError:  # a format that this version does not know: publishing is the way out
        earlier = EMPTY
    changes = diff_releases(earlier, judged.document) if judged.content else []
    levels = counted(judged.entries)
    content_digest = sha256(judged.content).hexdigest()
    return PublishPlan(
        channel=channel.name,
        before=before,
        before_document=earlier,
        document=judged.document,
        content=judged.content,
        content_digest=content_digest,
        changes=changes,
        kind=worst(changes),
        entries=judged.entries,
        errors=levels[str(Level.ERROR)] or int(not judged.content),
        warnings=levels[str(Level.WARNING)],
        counts=counts_of(judged.document) | levels,
        digest=seen_digest(channel.name, content_digest, before, judged.entries),
        renamings=renamings(channel),
    )


def counts_of(document: ReleaseDocument) -> dict[str, int]:
    """How much is in a document."""
    return {
        "kpis": len(document.registry.kpis),
        "agents": len(document.roster.agents),
        "bindings": sum(len(bindings.kpis_used) for bindings in document.bindings.values()),
    }


def seen_digest(channel: str, content: str, before: Release | None, entries: Iterable[Entry]) -> str:
    """Of all a person decides on: the content, what it follows upon, and the errors and warnings."""
    marks = [entry.mark for entry in entries if not entry.waived and entry.level != str(Level.NOTE)]
    facts = repr((channel, content, before.number if before else 0, sorted(marks)))
    return sha256(facts.encode()).hexdigest()


def open_entries(entries: Sequence[Entry], level: Level) -> list[Entry]:
    """The findings of one level that are not waived."""
    return [entry for entry in entries if entry.level == str(level) and not entry.waived]
