"""What was answered to a batch, for whoever sends it again; and SQLite's clock of changes."""

from __future__ import annotations

from django.db import models

from telemetry.models.series import NAME


class Batch(models.Model):
    """The answer to one batch of observations, kept for a day: a retry gets it again and stores nothing."""

    digest = models.CharField(
        max_length=64, primary_key=True, help_text="SHA-256 of who sent it and of the body."
    )
    agent = models.CharField(max_length=NAME)
    answer = models.BinaryField(help_text="JSON, deflated.")
    at = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"batch of {self.agent}"


class Clock(models.Model):
    """One row that counts the commits on SQLite, which has one writer at a time; PostgreSQL numbers its own."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    tick = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"tick {self.tick}"
