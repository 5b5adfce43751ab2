"""What publishing would do now: what changed, how much it matters, and what the rules say. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from pydantic import ValidationError as ShapeError

from bindings.reports.entries import Entry, worst_first
from bindings.reports.judging import Progress, Seen, judge_all, silent
from bindings.reports.keeping import counted
from contracts.diff import Change, ChangeClass, worst
from contracts.findings import Level
from contracts.narrowing import narrowed
from contracts.release import EMPTY, ReleaseDocument, ReleaseError, diff_releases, read_release
from contracts.release_pieces import ReleasePieces, release_pieces
from contracts.yamltree import paused_gc
from releases.models import Channel, PreparedCopy, Release, WorkingCopyMark
from releases.models.channel import PRODUCTION
from releases.services.checks_beside import entries_beside
from releases.services.code_mark import code_mark
from releases.services.identities import Renaming, renamings
from releases.services.reading import assembled, channel_named, working_copy
from releases.services.refusals import MoveRefused, PublishRefused

PUBLISHING = ("releases.view_release", "releases.add_release", "releases.change_channel")
"""To publish, at every door: it makes a release and moves a channel."""
TRIES = 3
"""How often the working copy is read anew because someone saved in between."""


@dataclass(frozen=True)
class Judged:
    """The working copy at one moment, with what the rules say of it. ``content`` is empty where a row cannot
    be written down; ``mark`` is the one under which it is so."""

    mark: str
    content: bytes
    digest: str
    entries: list[Entry]
    counts: dict[str, int]

    @cached_property
    def pieces(self) -> ReleaseDocument | ReleasePieces:
        """All of it, each piece read when it is asked for."""
        return release_pieces(self.content) if self.content else EMPTY

    def with_entries_beside(self) -> Judged:
        """The same, with what others say of it, beside the rules, now."""
        beside = entries_beside(lambda: self.pieces) if self.content else []
        return replace(self, entries=sorted([*self.entries, *beside], key=worst_first)) if beside else self


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """All that publishing would do. ``before`` is the channel's release, ``judged`` the working copy.

    ``before_document`` and ``document`` are these two as far as they differ (:mod:`contracts.narrowing`): all that is
    needed to tell the changes, to draw them and to know whom they reach.

    ``entries`` are the findings of the whole catalogue, waived ones too, the worst first. ``digest`` changes
    when anything does that a person should have seen first.
    """

    channel: str
    before: Release | None
    before_document: ReleaseDocument
    document: ReleaseDocument
    judged: Judged
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
    def content_digest(self) -> str:
        """Of the working copy, as the release would have it."""
        return self.judged.digest

    @property
    def errors_unreadable(self) -> bool:
        """Whether a row of the working copy cannot be written down at all; its errors say which."""
        return not self.judged.content

    def open_at(self, level: Level) -> list[Entry]:
        """The findings of one level that are not waived."""
        return open_entries(self.entries, level)


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

    What was judged before is not judged again while nothing is written (:class:`WorkingCopyMark`). Else it is read and
    judged at once, and again where something was written meanwhile. Raises PublishRefused, stale, where people keep
    saving.
    """
    return rules_on_copy().with_entries_beside()


def rules_on_copy(progress: Progress = silent) -> Judged:
    """The same with what the rules say alone: that stays the same as long as the working copy does. ``progress`` is
    told how far it is."""
    with paused_gc():
        return _rules_on_copy(progress)


def _rules_on_copy(progress: Progress) -> Judged:
    for _ in range(TRIES):
        mark = WorkingCopyMark.current()
        judged = kept_copy(mark) or read_and_judged(mark, progress)
        if WorkingCopyMark.current() == mark:
            return judged
    raise PublishRefused("stale", "The registry is being changed right now. Try again.")


def is_prepared() -> bool:
    """Whether the working copy was judged as it is now: then a plan is a matter of a second, however large it is."""
    return _kept(WorkingCopyMark.current()).exists()


def is_served_as_it_is(channel: Channel) -> bool:
    """Whether it is known, without reading the working copy, that the channel serves exactly that."""
    serves = channel.release and channel.release.digest
    return bool(serves) and _kept(WorkingCopyMark.current()).filter(digest=serves).exists()


def copy_content() -> bytes:
    """The canonical bytes of the working copy, none where a row cannot be written down."""
    kept = _kept(WorkingCopyMark.current()).first()
    if kept:
        return kept.content
    try:
        return working_copy().canonical()
    except (ShapeError, UnicodeEncodeError):
        return b""


def kept_copy(mark: str) -> Judged | None:
    """What was read and judged under this mark, by this code, today."""
    kept = _kept(mark).first()
    if kept is None:
        return None
    with paused_gc():
        entries = [Entry.read(stored) for stored in kept.entries]
    return Judged(mark, kept.content, kept.digest, entries, kept.counts)


def _kept(mark: str) -> QuerySet[PreparedCopy]:
    rows = PreparedCopy.objects.filter(mark=mark, code=code_mark(), day=timezone.localdate())
    return rows if mark else rows.none()


def read_and_judged(mark: str, progress: Progress = silent) -> Judged:
    """Read and judge the working copy in one go, and keep that if nothing was written meanwhile."""
    seen = Seen()
    entries = judge_all(progress, seen=seen).entries
    document, content = EMPTY, b""
    if seen.is_whole:
        with suppress(ShapeError, UnicodeEncodeError):
            document = assembled(seen.kpis, seen.contracts)
            content = document.canonical()
    judged = Judged(mark, content, sha256(content).hexdigest(), entries, counts_of(document))
    if mark and WorkingCopyMark.current() == mark:
        # Who only looks gets to see it where nothing can be written, too.
        with suppress(DatabaseError), transaction.atomic():
            PreparedCopy.keep(
                mark=mark,
                code=code_mark(),
                day=timezone.localdate(),
                digest=judged.digest,
                content=content,
                findings=entries,
                counts=judged.counts,
            )
    return judged


def plan_for(channel: Channel, judged: Judged) -> PublishPlan:
    """The plan for what was read and judged, seen from a channel's release."""
    before = channel.release
    earlier, document = EMPTY, EMPTY
    if judged.content and judged.digest != (before.digest if before else EMPTY.digest):
        earlier, document = difference_from(before, judged.content)
    with paused_gc():
        changes = diff_releases(earlier, document)
    levels = counted(judged.entries)
    return PublishPlan(
        channel=channel.name,
        before=before,
        before_document=earlier,
        document=document,
        judged=judged,
        changes=changes,
        kind=worst(changes),
        entries=judged.entries,
        errors=levels[str(Level.ERROR)] or int(not judged.content),
        warnings=levels[str(Level.WARNING)],
        counts=judged.counts | levels,
        digest=seen_digest(channel.name, judged.digest, before, judged.entries),
        renamings=renamings(channel),
    )


def difference_from(before: Release | None, content: bytes) -> tuple[ReleaseDocument, ReleaseDocument]:
    """A release and the working copy, as far as they differ."""
    try:
        return narrowed(before.text if before else "", content)
    except ReleaseError:  # a format that this version does not know: publishing is the way out
        return EMPTY, read_release(content)


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
