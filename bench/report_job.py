"""``python -m bench.report_job KPIS BINDINGS_A_KPI``: fills the database named by DATABASE_URL, runs the job of one
validation report and prints its seconds, the process's peak of memory in bytes, and its queries, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django has to be set up first

from bench.asked import asked  # noqa: E402
from bench.bench_admin import fill  # noqa: E402
from bindings.background import VALIDATION_REPORT  # noqa: E402
from bindings.models import Action, Agent, Binding, Trigger  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.runner import run_job  # noqa: E402
from jobs.services import enqueue  # noqa: E402
from kpis.models import KPI, RegistrySettings  # noqa: E402

AGENTS = 40
"""Each watches a quarter of all KPIs at ten bindings a KPI."""
BATCH = 1000


def fill_bindings(a_kpi: int) -> None:
    """Have every KPI watched by ``a_kpi`` agents, each with a trigger and two actions of its own."""
    agents = Agent.objects.bulk_create(
        Agent(name=f"AGENT_{n}", code=f"agent_{n}", status="beta", position=n) for n in range(AGENTS)
    )
    kpis = list(KPI.objects.all())
    bindings = Binding.objects.bulk_create(
        (
            Binding(agent=agents[(n + turn * 7) % AGENTS], kpi=kpi, role="primary_signal", position=n)
            for n, kpi in enumerate(kpis)
            for turn in range(a_kpi)
        ),
        batch_size=BATCH,
    )
    Trigger.objects.bulk_create(
        (
            Trigger(binding=binding, severity="critical", condition=f"< {10 + n % 13}")
            for n, binding in enumerate(bindings)
        ),
        batch_size=BATCH,
    )
    Action.objects.bulk_create(
        (
            Action(binding=binding, name=name, position=place)
            for binding in bindings
            for place, name in enumerate(("reduce_training_intensity", "notify_user"))
        ),
        batch_size=BATCH,
    )


def timed(job: Job) -> dict[str, float]:
    """Run the job; seconds by the clock and of the processor, bytes and queries."""
    started, busy = time.perf_counter(), time.process_time()
    with asked() as queries:
        run_job(job.pk)
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "processor": processor, "bytes": peak, "queries": queries.count}


def main(kpis: int, a_kpi: int) -> None:
    """Fill and measure."""
    call_command("migrate", verbosity=0)
    RegistrySettings.objects.get_or_create(pk=1)
    fill(kpis)
    fill_bindings(a_kpi)
    print(json.dumps(timed(enqueue(kind=VALIDATION_REPORT, payload={"trigger": "manual"}))))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
