"""What is kept of runs, and for how long: what ended longer ago than ``AUREN_RETENTION_DAYS`` goes, in small
transactions, so that nobody who reports waits for long."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from contracts.evaluation import SECOND
from protocols.models import Pause, ProtocolRun, Step
from protocols.models.run import RunQuerySet
from telemetry.progress import Progress, no_progress
from telemetry.storage import hold
from telemetry.storage.turns import turn

DAY = 24 * 60 * 60 * SECOND
AT_ONCE = 100
"""Runs in one transaction, with all that they led to."""


def forget_old(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Delete runs that ended before what is kept, with their steps, hand-offs, deviations and what people did; and
    pauses that did. Whatever began with one run goes together, once all of it has ended for so long."""
    before = now - settings.RETENTION_DAYS * DAY
    found = Counter({"runs": 0, "steps": 0, "pauses": 0})
    old = _over(before).order_by("opened", "pk")
    while some := list(old.values_list("pk", "subject")[:AT_ONCE]):
        with turn(), transaction.atomic():
            there = hold(sorted({subject for _, subject in some}))
            found.update(forget(_over(before).filter(pk__in=[pk for pk, one in some if one in there])))
        progress(found["runs"], 0, "forgetting old runs")
    found["pauses"] = Pause.objects.filter(Q(until__lt=before) | Q(lifted__lt=before)).delete()[0]
    return dict(found)


def forget(runs: RunQuerySet) -> dict[str, int]:
    """Delete runs, whose people are held, with all that hangs on them and all that they led to."""
    _, deleted = runs.delete()
    return {"runs": deleted.get(ProtocolRun._meta.label, 0), "steps": deleted.get(Step._meta.label, 0)}


def _over(before: int) -> RunQuerySet:
    """Runs that began by themselves, and ended before a moment with their episode and all that they led to."""
    led_to = ProtocolRun.objects.filter(root=OuterRef("pk")).filter(
        Q(ended__isnull=True) | Q(ended__gte=before)
    )
    rows = ProtocolRun.objects.filter(
        opened__lt=before, offer__isnull=True, ended__lt=before, episode_ended__lt=before
    )  # ``opened`` is what an index finds them by
    return rows.filter(~Exists(led_to))
