"""What an account did in the admin is kept under its name once the account is gone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from jobs.people import name_of
from kpis.models.kept_entry import KeptLogEntry

BATCH = 1000


@receiver(pre_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="kpis.keep_entries")
def keep_entries(*, instance: Any, **signal: Any) -> None:
    """Keep what an account did in the admin, before it is deleted and the admin's own log of it with it."""
    name, kept = name_of(instance), []
    for entry in LogEntry.objects.filter(user=instance).order_by("pk").iterator(chunk_size=BATCH):
        kept.append(KeptLogEntry.of(entry, name))
    KeptLogEntry.objects.bulk_create(kept, batch_size=BATCH)
