"""Jobs to be disturbed. Each stores one effect, in the transaction of its end."""

import os
import signal
import time
from datetime import timedelta

from django.db import connection, transaction

from jobs.kinds import JobRun, job_kind, schedule

LEASE = timedelta(seconds=3)
EFFECTS = "fault_effect"


@job_kind("fault_step", lease=LEASE)
def step(work: JobRun) -> None:
    """Take a while, in small steps; or take its process along, when it is poison."""
    pieces = max(round(work.payload.get("seconds", 0.0) / 0.05), 1)
    for piece in range(pieces):
        work.progress(piece, pieces)
        time.sleep(0.05)
    if work.payload.get("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    with transaction.atomic():
        work.finish({"attempt": work.attempt})
        time.sleep(0.1)  # so that some are disturbed here, with their row locked
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {EFFECTS} VALUES (%s, %s)", [work.job_id, work.attempt])  # noqa: S608


@job_kind("fault_tick", lease=LEASE)
def tick(work: JobRun) -> None:
    """The same without taking time, for what runs by itself."""
    step(work)


if os.environ.get("FAULT_TICKS"):
    schedule("fault_tick", every=timedelta(seconds=1))
