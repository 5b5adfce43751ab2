"""What tells every server process that it should load anew what it serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, models, transaction
from django.db.models import F

from releases.signals import served_changed


class ServingRevision(models.Model):
    """One row, counted up in the transaction of whatever agents must see: a move, a token, a following."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    revision = models.PositiveBigIntegerField(default=0)
    approval_required = models.BooleanField(
        default=False,
        help_text="Every channel asks for approval. In the database, so that no server can differ.",
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="serving_revision_single"),)

    def __str__(self) -> str:
        return f"serving revision {self.revision}"

    @classmethod
    def hold(cls) -> None:
        """Wait for this transaction's turn: whatever changes what agents see is done one after the other."""
        row = cls.objects.select_for_update().filter(pk=1)
        if not list(row):
            ServingRevision.objects.bulk_create([ServingRevision(pk=1)], ignore_conflicts=True)
            list(row.all())

    @classmethod
    @contextmanager
    def turn(cls) -> Iterator[None]:
        """A transaction that begins by waiting for its turn."""
        with transaction.atomic():
            cls.hold()
            yield

    @classmethod
    def bump(cls) -> None:
        """Have every process look again once this transaction is committed."""
        if not cls.objects.filter(pk=1).update(revision=F("revision") + 1):
            ServingRevision.objects.bulk_create([ServingRevision(pk=1)], ignore_conflicts=True)
            cls.objects.filter(pk=1).update(revision=F("revision") + 1)
        transaction.on_commit(lambda: served_changed.send_robust(cls))

    @classmethod
    def current(cls, using: str = "default") -> int:
        """The revision now; asked so often that even building the query would be felt."""
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT revision FROM {cls._meta.db_table} WHERE id = 1")  # noqa: S608 - our own name
            row = cursor.fetchone()
        return int(row[0]) if row else 0
