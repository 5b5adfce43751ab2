"""A release: immutable, numbered, and named by the hash of its content."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from contracts.diff import ChangeClass
from contracts.release import ReleaseDocument, ReleaseError, read_release
from contracts.release_pieces import ReleasePieces, release_pieces
from kpis.models.fields import LineField
from releases.models.release_part import PartMissing, ReleasePart


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Releases, newest first."""

    def light(self) -> ReleaseQuerySet:
        """Without the names of all their parts."""
        return self.defer("document_parts", "findings_parts")

    def keep(self, *, text: str, findings: Iterable[Any] = (), **columns: Any) -> Release:
        """A new release of this canonical document. Only in a turn of one's own: see :meth:`ReleasePart.keep`."""
        told = json.dumps(list(findings), separators=(",", ":"), ensure_ascii=False)
        return self.create(
            document_parts=ReleasePart.keep(text), findings_parts=ReleasePart.keep(told), **columns
        )


class Release(models.Model):
    """The whole registry and all bindings, frozen. Nothing but ``state`` ever changes; the database refuses it.

    ``text`` is the canonical JSON of :class:`contracts.release.ReleaseDocument`, ``digest`` its SHA-256. Both it and
    the findings are kept in parts, which releases share (:class:`ReleasePart`).
    """

    class State(models.TextChoices):
        """Where a release is in its life. Only a published one may be followed by a channel."""

        PROPOSED = "proposed", "proposed"
        PUBLISHED = "published", "published"
        SUPERSEDED = "superseded", "superseded"
        REJECTED = "rejected", "rejected"

    number = models.PositiveIntegerField(unique=True)
    document_parts = models.BinaryField(help_text="The digests of its document's parts, in their order.")
    findings_parts = models.BinaryField(help_text="The same of what the rules said of it when it was made.")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    kind = models.CharField(
        "class",
        max_length=12,
        choices=[(str(kind), str(kind)) for kind in ChangeClass],
        help_text="The most that changed since the release before.",
    )
    message = LineField(max_length=500, help_text="What changed and why, for everyone who follows it.")
    accepted = LineField(max_length=500, blank=True, help_text="Why its warnings were accepted.")
    counts = models.JSONField(
        default=dict, help_text="How many KPIs, agents, bindings and findings, by word."
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=200, blank=True)
    author_account = models.BigIntegerField(
        null=True, editable=False, help_text="The author's id, kept when the account is gone."
    )
    created = models.DateTimeField(default=timezone.now)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(condition=Q(number__gte=1), name="release_number_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "published", "superseded", "rejected"]),
                name="release_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["cosmetic", "behavioural", "breaking"]), name="release_class_known"
            ),
        )

    def __str__(self) -> str:
        return f"release {self.number}"

    @property
    def text(self) -> str:
        """The canonical document, byte for byte what the digest is of. Raises ReleaseError."""
        return self._text_of(self.document_parts)

    @property
    def findings(self) -> list[Any]:
        """What the rules said of it when it was made, as lists. Raises ReleaseError."""
        found: list[Any] = json.loads(self._text_of(self.findings_parts))
        return found

    def as_document(self) -> ReleaseDocument:
        """What was released. Raises ReleaseError."""
        return read_release(self.text)

    def as_pieces(self) -> ReleasePieces:
        """The same, each piece read when it is asked for. Raises ReleaseError, as each piece does."""
        return release_pieces(self.text)

    def _text_of(self, parts: bytes | memoryview) -> str:
        try:
            return ReleasePart.text_of(parts, self._state.db)
        except PartMissing as missing:
            raise ReleaseError(str(missing)) from missing

    def count(self, word: str) -> int:
        """One of the counts; 0 for what did not occur."""
        value: Any = self.counts.get(word, 0)
        return int(value)
