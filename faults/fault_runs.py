"""Protocol runs go on whatever is killed: no step twice, none lost, and each judged as it should be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from django.db.models import Max

from contracts.evaluation import SECOND
from faults.fault_observations import AWAY, DATABASE, SERVICE, WORKER, footprint, killed
from faults.fault_polls import web
from faults.ledger import Outcome, seeded
from faults.publishing import while_away
from faults.run_agents import LEDGER, Agents
from faults.run_laws import miscounted, unlawful
from faults.run_site import prepare
from faults.servers import Missing, Server, spare_port, wait_until
from faults.stage import Stage
from jobs.database_clock import database_clock
from jobs.models import Job
from protocols.job_kinds import SWEEP
from protocols.models import Deviation, HandOffOffer, ProtocolRun, Step
from protocols.services.recomputing import compared
from protocols.services.sweeping import sweep

SWEEPER = "sweeper"
"""A worker of jobs, with all that it started: the sweep is among them."""
REFUSED_WITHIN = 3.0


def runs(stage: Stage) -> Outcome:
    """Web workers, the service, the database and the workers of jobs are killed again and again while agents work."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    chance, port = seeded(stage.seed), spare_port()
    many, people, seconds = (50, 200, 600.0) if stage.long else (6, 20, 24.0)
    tokens = prepare(many)
    kills = [WORKER] * 2 + [SERVICE] + [SWEEPER] * 2 + [DATABASE]
    kills = kills * 5 if stage.long else kills
    chance.shuffle(kills)
    server = web(stage, port)
    stage.schedule()
    sweeper = stage.worker()
    before = footprint(server)
    agents = Agents(port, tokens, stage.folder, chance, people=people, seconds=seconds)
    agents.start()
    begin = time.monotonic()
    for place, kill in enumerate(kills, 1):
        time.sleep(max(begin + seconds * place / (len(kills) + 1) - time.monotonic(), 0.1))
        server, sweeper = struck(stage, kill, server, sweeper, port, chance)
    time.sleep(max(begin + seconds - time.monotonic(), 0.1))
    agents.stop()
    told = agents.told
    failures = list(dict.fromkeys(told.wrong))[:10]
    if told.slowest_refusal > REFUSED_WITHIN:
        failures.append(f"a refusal took {told.slowest_refusal:.1f} s")
    memory = f"{before} → {footprint(server)}"
    wait_until(swept_by_itself, 60, "a sweep by itself once the trouble is over", 0.2)
    stage.clear()
    failures += while_away(judged, 30)
    notes = {
        "kills": ", ".join(f"{kills.count(what)} {what}" for what in (WORKER, SERVICE, DATABASE, SWEEPER)),
        "runs": figures(),
        "did": ", ".join(f"{count} {what}" for what, count in sorted(told.did.items())),
        "observations": f"{told.observations}, which opened {told.opened}",
        "statuses": ", ".join(f"{count} {status}" for status, count in sorted(told.statuses.items())),
        "refused": ", ".join(f"{count} {code}" for code, count in sorted(told.refused.items())) or "none",
        "without an answer": f"{told.unknown}",
        "tries again": f"{told.again}",
        "slowest": f"{told.slowest:.2f} s, refusal {told.slowest_refusal:.2f} s",
        "server": memory,
    }
    return Outcome("runs", stage.seed, told.sent, agents.ledger(), stored(), notes=notes, failures=failures)


def struck(
    stage: Stage, what: str, server: Server, sweeper: Server, port: int, chance: Random
) -> tuple[Server, Server]:
    """Kill it, and start again what does not start by itself; the web server and the worker by then."""
    if what == SWEEPER:
        sweeper.kill()
        return server, stage.worker()
    return killed(stage, what, server, port, chance), sweeper


def swept_by_itself() -> bool:
    """Whether a sweep was done lately: whoever was killed in the middle of one holds nobody up."""
    since = database_clock.micros() - 20 * SECOND

    def asked() -> bool:
        done = Job.objects.filter(kind=SWEEP, state=Job.State.DONE).aggregate(latest=Max("finished_at"))[
            "latest"
        ]
        return done is not None and done.timestamp() * SECOND > since

    return while_away(asked, 10)


def stored() -> Iterator[int]:
    """The numbers of all reports that are stored."""
    for (evidence,) in Step.objects.exclude(evidence={}).values_list("evidence").iterator():
        if "ledger" in evidence:
            yield evidence["ledger"]
    for (answer,) in HandOffOffer.objects.filter(answer__startswith=LEDGER).values_list("answer"):
        yield int(answer.removeprefix(LEDGER))


def judged() -> list[str]:
    """What is not as it must be, once time alone has done its part too."""
    now = database_clock.micros()
    sweep(now)
    failures = list(unlawful())[:10] + list(miscounted())[:10]
    told = compared(now)
    failures += [
        f"run {one.run}: {one.rule} of step {one.place} is stored as {one.stored!r}, found as {one.found!r}"
        for one in told.differences[:10]
    ]
    if parked := Job.objects.filter(state=Job.State.PARKED).count():
        failures.append(f"{parked} jobs were given up")
    return failures


def figures() -> str:
    """How many runs, steps, hand-offs and deviations there are."""
    counts = {
        "runs": ProtocolRun.objects.count(),
        "steps": Step.objects.count(),
        "hand-offs": HandOffOffer.objects.count(),
        "deviations": Deviation.objects.count(),
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def inbox_database_away(stage: Stage) -> Outcome:
    """PostgreSQL is cut off and stays away for a while: inboxes and reports are refused soon, with when to come again,
    and then everything goes on."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    chance, port = seeded(stage.seed), spare_port()
    tokens = prepare(4)
    server = web(stage, port)
    away = 60.0 if stage.long else AWAY[1] * 2
    agents = Agents(port, tokens, stage.folder, chance, people=10, seconds=away + 10, episodes=2)
    agents.start()
    time.sleep(5)
    stage.postgres.cut()
    before = sum(agents.told.did.values())
    time.sleep(away)
    refusals = agents.told.statuses[503]
    during = sum(agents.told.did.values()) - before
    stage.postgres.start()
    back = wait_until(lambda: sum(agents.told.did.values()) > before + during, 30, "a report afterwards")
    time.sleep(2)
    agents.stop()
    told = agents.told
    failures = list(dict.fromkeys(told.wrong))[:10]
    if told.slowest_refusal > REFUSED_WITHIN:
        failures.append(f"a refusal took {told.slowest_refusal:.1f} s")
    if not refusals:
        failures.append("nobody was refused: the fault did no harm")
    memory = footprint(server)
    stage.clear()
    failures += while_away(judged, 30)
    notes = {
        "away": f"{away:.0f} s, back after {back:.2f} s",
        "runs": figures(),
        "refused while it was away": f"{refusals}, slowest {told.slowest_refusal:.2f} s",
        "statuses": ", ".join(f"{count} {status}" for status, count in sorted(told.statuses.items())),
        "server": memory,
    }
    return Outcome(
        "inbox_database_away",
        stage.seed,
        told.sent,
        agents.ledger(),
        stored(),
        notes=notes,
        failures=failures,
    )


FAULTS = (runs, inbox_database_away)
