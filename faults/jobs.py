"""Asking for jobs, waiting for their end, and what came of them."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import Sum

from faults.job_kinds import EFFECTS, LEASE
from faults.ledger import Ledger, Outcome
from faults.servers import Server, wait_until
from faults.stage import Stage
from jobs import services
from jobs.models import Job

OPEN = (Job.State.QUEUED, Job.State.FAILED, Job.State.RUNNING)
LATEST = LEASE.total_seconds() + 15  # seconds in which everything is done once the trouble is over


def clean(stage: Stage) -> Ledger:
    """No job and no effect is left of the fault before; a new ledger."""
    Job.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {EFFECTS} (job bigint, attempt integer)")
        cursor.execute(f"DELETE FROM {EFFECTS}")  # noqa: S608 - a constant
    return Ledger(Path(stage.folder) / "ledger")


def ask(ledger: Ledger, count: int, chance: Random, **payload: Any) -> None:
    """Ask for jobs that take 0.1 to 0.4 seconds each."""
    for _ in range(count):
        ledger.sent += 1
        seconds = chance.uniform(0.1, 0.4)
        ledger.acknowledge(services.enqueue(kind="fault_step", payload={"seconds": seconds, **payload}).pk)


def done() -> int:
    return Job.objects.filter(state=Job.State.DONE).count()


def done_since(before: int, more: int = 0) -> Callable[[], bool]:
    """Whether more are done than ``before`` and ``more``, or all."""
    return lambda: done() > before + more or not left()


def left() -> int:
    close_old_connections()
    return Job.objects.filter(state__in=OPEN).count()


def wait_for_the_end(outcome_notes: dict[str, str], seconds: float = LATEST) -> list[str]:
    """Wait until no job is open; what to complain of, if some still are."""
    try:
        took = wait_until(lambda: left() == 0, seconds, "the end of all jobs", every=0.2)
    except TimeoutError as late:
        return [f"{late}, {left()} are open"]
    outcome_notes["all done after"] = f"{took:.1f} s"
    return []


def grown(server: Server, before: tuple[int, int]) -> str:
    """The memory and open files of a process that lived through it, then and now."""
    now = server.footprint()
    return f"{before[0]} → {now[0]} MB, {before[1]} → {now[1]} files"


def outcome(name: str, stage: Stage, ledger: Ledger, notes: dict[str, str], failures: list[str]) -> Outcome:
    """The ledger against the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT job FROM {EFFECTS}")  # noqa: S608 - a constant
        effects = [row[0] for row in cursor.fetchall()]
    finished = Job.objects.filter(state=Job.State.DONE).values_list("finished_at", flat=True)
    ends = sorted(end for end in finished if end)
    gaps = [(after - before).total_seconds() for before, after in pairwise(ends)]
    again = Job.objects.aggregate(all=Sum("attempts"))["all"] - Job.objects.count()
    notes = notes | {"longest gap": f"{max(gaps, default=0):.1f} s", "attempts after the first": str(again)}
    poison = Job.objects.filter(payload__poison=True)
    parked = set(poison.filter(state=Job.State.PARKED).values_list("pk", flat=True))
    if poison.exclude(pk__in=parked).exists():
        failures = [*failures, "a poison job is not parked"]
    if parked:
        notes = {**notes, "parked": str(len(parked))}
    return Outcome(name, stage.seed, ledger.sent, ledger.promised(), effects, parked, notes, failures)
