"""Workers that are killed, frozen, or killed by what they do."""

import signal
import time

from faults import jobs
from faults.ledger import Outcome, seeded
from faults.servers import wait_until
from faults.stage import Stage
from jobs.models import Job


def workers_killed(stage: Stage) -> Outcome:
    """The worker and all its processes are killed again and again while they work."""
    return killed(stage, "workers_killed")


def embedded_workers_killed(stage: Stage) -> Outcome:
    """The same without Redis: calls are files, jobs are threads."""
    return killed(stage, "embedded_workers_killed", CELERY_BROKER_URL="")


def killed(stage: Stage, name: str, **environment: str) -> Outcome:
    ledger, chance = jobs.clean(stage), seeded(stage.seed)
    jobs.ask(ledger, 1500 if stage.long else 300, chance)
    schedule = stage.schedule(**environment)
    kills, footprint = 0, (0, 0)
    while kills < (30 if stage.long else 6) and jobs.left():
        worker, before = stage.worker(**environment), jobs.done()
        wait_until(jobs.done_since(before), 30, "a worker's first job")
        time.sleep(chance.uniform(0.2, 2.0))
        footprint = footprint if kills else schedule.footprint()
        worker.kill()
        kills += 1
    stage.worker(**environment)
    wait_until(lambda: jobs.left() < 12, 600 if stage.long else 60, "the last jobs")
    notes = {"kills": f"{kills}", "schedule": jobs.grown(schedule, footprint)}
    failures = jobs.wait_for_the_end(notes)
    return jobs.outcome(name, stage, ledger, notes, failures)


def poison(stage: Stage) -> Outcome:
    """One job in 200 kills the process that does it: it is parked, and takes no other along."""
    ledger, chance = jobs.clean(stage), seeded(stage.seed)
    for _ in range(5 if stage.long else 1):
        jobs.ask(ledger, 100, chance)
        jobs.ask(ledger, 1, chance, poison=True)
        jobs.ask(ledger, 99, chance)
    stage.schedule()
    stage.worker()
    wait_until(lambda: jobs.left() < 10, 300 if stage.long else 60, "the healthy jobs")
    notes: dict[str, str] = {}
    failures = jobs.wait_for_the_end(notes, seconds=60)
    attempts = set(Job.objects.filter(payload__poison=True).values_list("attempts", flat=True))
    if attempts != {5}:
        failures.append(f"parked after {attempts} attempts, not 5")
    return jobs.outcome("poison", stage, ledger, notes, failures)


def frozen_worker(stage: Stage) -> Outcome:
    """A worker freezes for longer than its leases, and wakes when others have done its jobs."""
    ledger, chance = jobs.clean(stage), seeded(stage.seed)
    jobs.ask(ledger, 40, chance)
    stage.schedule()
    frozen = stage.worker()
    wait_until(lambda: jobs.done() > 3, 30, "the first jobs")
    frozen.signal_all(signal.SIGSTOP)
    held = Job.objects.filter(state=Job.State.RUNNING).count()
    stage.worker()
    notes = {"jobs held while frozen": str(held)}
    failures = jobs.wait_for_the_end(notes, seconds=300 if stage.long else 45)
    if stage.long:
        time.sleep(300)
    frozen.signal_all(signal.SIGCONT)
    time.sleep(3)
    if frozen.process and frozen.process.poll() is not None:
        failures.append("the worker did not live on")
    return jobs.outcome("frozen_worker", stage, ledger, notes, failures)


FAULTS = (workers_killed, embedded_workers_killed, poison, frozen_worker)
