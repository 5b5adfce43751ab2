"""Summaries of long histories, for pictures of them; and who was erased."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from telemetry.models.series import NAME, Series


class Summary(models.Model):
    """What a series did in an hour, which begins at ``at``. Made from the history, and again whenever that changed."""

    pk = models.CompositePrimaryKey("series", "at")
    series = models.ForeignKey(
        Series, on_delete=models.CASCADE, related_name="summaries", db_index=False, db_constraint=False
    )  # as for observations
    at = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    low = models.FloatField()
    high = models.FloatField()
    count = models.IntegerField()

    def __str__(self) -> str:
        return f"hour of series {self.series_id}"


class Erasure(models.Model):
    """Everything of one person was deleted, and what was found of it afterwards: nothing, or it says where.

    Neither the person's id nor their pseudonym nor their number is kept.
    """

    known = models.BooleanField(
        default=False, help_text="Whether anything of a person of that id was stored."
    )
    at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    author_name = models.CharField(max_length=NAME, blank=True)
    deleted = models.JSONField(default=dict, help_text="How many rows of what.")
    searched = models.JSONField(
        default=dict, help_text="How many tables, columns and files; empty until the search is over."
    )
    left = models.JSONField(default=list, help_text="Where the id still is, or could not be looked for.")
    not_searched = models.JSONField(default=list, help_text="Where a person can be, and no search comes.")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"erasure {self.pk}"

    @property
    def by(self) -> str:
        """Who did it: a person, or a token or command by its name."""
        return self.author_name or (self.author.get_username() if self.author else "")

    @property
    def looked_at(self) -> str:
        """How much was searched, in words."""
        return ", ".join(f"{count:,} {name}" for name, count in self.searched.items())

    @property
    def nothing_left(self) -> bool:
        """Whether the search is over, and found nothing."""
        return bool(self.searched) and not self.left

    def lines(self) -> list[str]:
        """The proof in words."""
        deleted = ", ".join(f"{count:,} {name}" for name, count in self.deleted.items())
        known = f"deleted: {deleted}" if self.known else "nothing was stored of this person"
        left = f"LEFT in {', '.join(self.left)}" if self.left else "left: 0 rows, 0 files"
        beyond = f"not searched: {'; '.join(self.not_searched)}"
        return [f"erasure {self.pk} {known}", f"searched: {self.looked_at}", left, beyond]
