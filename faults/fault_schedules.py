"""More than one schedule."""

import time
from datetime import datetime, timedelta

from django.db.models import Count

from faults import jobs
from faults.ledger import Outcome, seeded
from faults.stage import Stage
from jobs.models import Job


def two_schedules(stage: Stage) -> Outcome:
    """Two run what is due every second; one is killed and replaced. Each second has one job."""
    ledger, chance = jobs.clean(stage), seeded(stage.seed)
    stage.worker()
    first, _ = (stage.schedule(FAULT_TICKS="1") for _ in range(2))
    for _ in range(5 if stage.long else 2):
        time.sleep(chance.uniform(3, 6))
        first.kill()
        first = stage.schedule(FAULT_TICKS="1")
    time.sleep(4)
    stage.clear()  # no more periods
    stage.schedule()
    stage.worker()
    notes: dict[str, str] = {}
    failures = jobs.wait_for_the_end(notes)
    ticks = Job.objects.filter(kind="fault_tick")
    periods = sorted(datetime.fromisoformat(key) for key in ticks.values_list("key", flat=True).distinct())
    for pk in ticks.values_list("pk", flat=True):
        ledger.sent += 1
        ledger.acknowledge(pk)
    twice = ticks.values("key").annotate(rows=Count("pk")).filter(rows__gt=1).count()
    expected = (periods[-1] - periods[0]) // timedelta(seconds=1) + 1 if periods else 0
    notes |= {"periods": f"{len(periods)} of {expected}", "periods with two jobs": str(twice)}
    # A second in which both stood still, as on a busy machine, is made up for only while it is the last one.
    if twice or len(periods) < 0.75 * expected:
        failures.append("the periods do not add up")
    return jobs.outcome("two_schedules", stage, ledger, notes, failures)


FAULTS = (two_schedules,)
