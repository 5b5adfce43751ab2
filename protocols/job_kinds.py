"""What this app does in the background: it brings runs up to now, and forgets what is too old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from jobs.database_clock import database_clock
from jobs.kinds import JobRun, job_kind, schedule
from jobs.models import Job, from_now
from protocols.services import retention
from protocols.services.sweeping import sweep

SWEEP, RETENTION = "protocol_sweep", "protocol_retention"
LONG = timedelta(minutes=10)
"""A lease for those whose single steps may take long."""
SHOWN = timedelta(hours=1)
EVERY = timedelta(seconds=15)
"""How late a hand-off may be offered or given up, or a step be told as late, at the most."""


@job_kind(SWEEP)
def run_sweep(work: JobRun) -> Mapping[str, Any] | None:
    """Bring runs up to now of which time alone changes something."""
    found = sweep(database_clock.micros(), work.progress)
    over = Job.objects.filter(kind=SWEEP, state=Job.State.DONE, finished_at__lt=from_now(-SHOWN))
    over.delete()  # 5,760 a day would hide all others in the list
    return found


@job_kind(RETENTION, lease=LONG)
def run_retention(work: JobRun) -> Mapping[str, Any] | None:
    """Delete runs that ended before what is kept."""
    return retention.forget_old(database_clock.micros(), work.progress)


schedule(SWEEP, every=EVERY)
schedule(RETENTION, every=timedelta(days=1), offset=timedelta(hours=3, minutes=15))  # before telemetry's
