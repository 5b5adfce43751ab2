"""Who was measured, each series with its latest value, and the history behind it."""

from __future__ import annotations

from django.db import models

NAME = 120


class Subject(models.Model):
    """A person, by the only name agents give: deleting one deletes everything that was measured of them."""

    user_id = models.CharField(max_length=NAME, unique=True)

    class Meta:
        permissions = (("find_subject", "Can find a person by the id that agents send"),)

    def __str__(self) -> str:
        return f"subject {self.pk}"  # never the name: this may end up in a log


class Series(models.Model):
    """One KPI of one person from one source, as one agent reports it, and its latest value.

    KPIs and agents are named, not referred to: history outlives what is renamed or deleted. ``changed`` grows
    with every commit that touches the row, so that what is new is found without a scan: see
    :mod:`telemetry.cursors`.
    """

    kpi = models.CharField(max_length=NAME)
    agent = models.CharField(max_length=NAME)
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="series", db_index=False
    )  # the first column of the constraint below
    source = models.CharField(max_length=NAME, blank=True)
    value = models.FloatField()
    at = models.BigIntegerField()
    received = models.BigIntegerField()
    changed = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("subject", "kpi", "agent", "source"), name="series_once"),
        )
        indexes = (models.Index(fields=("changed",), name="series_changed"),)

    def __str__(self) -> str:
        return f"{self.agent}/{self.kpi} of subject {self.subject_id}"


class Observation(models.Model):
    """One value of a series. On PostgreSQL the table is partitioned by month."""

    pk = models.CompositePrimaryKey("series", "at")
    series = models.ForeignKey(
        Series, on_delete=models.CASCADE, related_name="observations", db_index=False, db_constraint=False
    )  # the database would look the series up again for every row; who deletes a series deletes these first
    at = models.BigIntegerField()
    value = models.FloatField()
    received = models.BigIntegerField()
    context = models.TextField(null=True, help_text="JSON that a guard was asked with.")  # noqa: DJ001 - mostly absent

    def __str__(self) -> str:
        return f"observation of series {self.series_id}"


class Correction(models.Model):
    """A value, or its context, that was replaced by another one for the same moment."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="corrections")
    at = models.BigIntegerField()
    value = models.FloatField(help_text="What it was.")
    replaced = models.BigIntegerField()
    context = models.TextField(null=True, help_text="The context it came with, as JSON.")  # noqa: DJ001 - mostly absent

    def __str__(self) -> str:
        return f"correction of series {self.series_id}"
