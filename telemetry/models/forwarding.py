"""How far what is forwarded has come, for each place it goes to."""

from __future__ import annotations

from django.db import models


class Forwarding(models.Model):
    """One row for each feed of a cluster: everything that changed before ``cursor`` has been taken there.

    A cluster that was never told anything has no row, and is told everything.
    """

    cluster = models.CharField(
        max_length=64, help_text="SHA-256 of its address and tenant, without passwords."
    )
    feed = models.CharField(max_length=10, help_text="values or states.")
    cursor = models.BigIntegerField(default=0)
    samples = models.BigIntegerField(default=0, help_text="How many were sent so far.")
    sent = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("cluster", "feed"), name="forwarding_once"),)

    def __str__(self) -> str:
        return f"forwarding of {self.feed}"
