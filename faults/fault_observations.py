"""Observations go on whatever is killed: what was acknowledged is stored, once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from random import Random

from django.db.models import Sum

from bindings.models import Agent
from contracts.evaluation import micros, replay
from faults.fault_polls import kill_one, web
from faults.ledger import Outcome, seeded
from faults.publishing import new_token, prepare, while_away
from faults.reporters import AGENT, BEGIN, EACH, SOURCE, USER, Reporters, Told, moment_of, value_of
from faults.servers import Missing, Server, spare_port, wait_until
from faults.stage import Stage
from telemetry import contracts_now
from telemetry.models import Batch, Observation, Standing, Subject, Tally, Transition
from telemetry.reevaluation import observations_of
from telemetry.storage.shapes import StandingKey

WRITERS, RATE = 50, 200.0
REFUSED_WITHIN = 3.0
"""Seconds in which a 503 must come while the database is away."""
AWAY = (0.1, 4.0)
"""Seconds that it is: also longer than a request waits for it."""
BACK_WITHIN = 3.0
"""Seconds in which observations are taken in again once it is back."""
WORKER, SERVICE, DATABASE = "worker", "service", "database"


def observations_killed(stage: Stage) -> Outcome:
    """A worker, the whole service, or PostgreSQL is killed again and again while fifty agents report."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    chance, port = seeded(stage.seed), spare_port()
    prepare(stage)
    forget()
    token = new_token("reporters", Agent.objects.get(name=AGENT), "observations:write")
    total = 120_000 if stage.long else 6_000
    kills = (
        [WORKER] * 10 + [SERVICE] * 5 + [DATABASE] * 5
        if stage.long
        else [WORKER] * 3 + [SERVICE] + [DATABASE] * 2
    )
    chance.shuffle(kills)
    server = web(stage, port)
    before = footprint(server)
    reporters = Reporters(port, token, stage.folder, chance, many=WRITERS, total=total, rate=RATE)
    reporters.start()
    every, back = total / RATE / (len(kills) + 1), 0.0
    for kill in kills:
        time.sleep(every * chance.uniform(0.7, 1.1))
        server = killed(stage, kill, server, port, chance)
        if kill == DATABASE:
            back = max(
                back, wait_until(reporters.told.next_is_heard(), 30, "an observation after the database")
            )
    wait_until(reporters.are_done, total / RATE + 120, "the last observations", 0.2)
    reporters.stop()
    told = reporters.told
    stored, failures = while_away(compared, 30)
    failures += complaints(told)
    if back > BACK_WITHIN:
        failures.append(f"{back:.1f} s after the database was back the first observation was taken in")
    notes = {
        "kills": ", ".join(f"{kills.count(what)} {what}" for what in (WORKER, SERVICE, DATABASE)),
        "without an answer": f"{told.unknown}",
        "tries again": f"{told.again}",
        "results": ", ".join(f"{count} {word}" for word, count in told.results.items()),
        "statuses": ", ".join(f"{count} {status}" for status, count in sorted(told.statuses.items())),
        "slowest 503": f"{told.slowest_refusal:.2f} s",
        "longest gap": f"{told.longest_gap:.2f} s",
        "back after": f"{back:.2f} s",
        "server": f"{before} → {footprint(server)}",
    }
    return Outcome(
        "observations_killed",
        stage.seed,
        told.sent,
        reporters.ledger(),
        stored,
        notes=notes,
        failures=failures,
    )


def killed(stage: Stage, what: str, server: Server, port: int, chance: Random) -> Server:
    """Kill it, and start again what does not start by itself; the web server by then."""
    if what == WORKER:
        kill_one(server, chance)
    elif what == SERVICE:
        server.kill()
        time.sleep(chance.uniform(0, 1))
        return web(stage, port)
    elif stage.postgres:
        stage.postgres.cut()
        time.sleep(chance.uniform(*AWAY))
        stage.postgres.start()
    return server


def forget() -> None:
    """Nothing is left of a run before: nor the series, to which this run's values would be late, nor the answers kept,
    by which a body that says the same would be answered without being stored."""
    for model in (Tally, Batch, Observation, Standing, Transition, Subject):
        model.objects.all().delete()


def complaints(told: Told) -> list[str]:
    """What the reporters saw that should not be."""
    failures = list(dict.fromkeys(told.wrong))[:10]
    if told.slowest_refusal > REFUSED_WITHIN:
        failures.append(f"a refusal took {told.slowest_refusal:.1f} s")
    if odd := set(told.results) - {"accepted"}:
        failures.append(f"answered {', '.join(sorted(odd))}")
    return failures


def compared(begin: datetime = BEGIN) -> tuple[list[int], list[str]]:
    """The numbers of all that is stored, and what does not fit: values, counters, states."""
    numbers, failures = [], []
    moments = {micros(moment_of(number, begin)): number for number in range(most())}
    rows = Observation.objects.filter(series__source=SOURCE).values_list(
        "series__subject__user_id", "at", "value"
    )
    for user, at, value in rows.iterator():
        number = moments[at]
        numbers.append(int(user.removeprefix(USER)) * EACH + number)
        if value != value_of(number):
            failures.append(f"{value} is stored for {value_of(number)}")
    counted = Tally.objects.filter(name="observations", what__in=("accepted", "late")).aggregate(
        all=Sum("count")
    )["all"]
    if counted != len(numbers):
        failures.append(f"{counted} are counted, {len(numbers)} stored")
    return numbers, failures[:10] + list(states())


def most() -> int:
    """How many of one reporter there can be."""
    return 120_000 // WRITERS + 1


def states() -> Iterable[str]:
    """Standings and transitions that are not what the stored history says."""
    released = contracts_now.load()
    for standing in Standing.objects.filter(agent=AGENT).select_related("subject"):
        watched = released.binding(standing.agent, standing.kpi)
        if watched is None or watched.evaluator is None:
            continue
        key = StandingKey(standing.subject_id, standing.kpi, standing.agent)
        again = replay(watched.evaluator, observations_of(key))  # of a single source
        if again.memory.state.number != standing.state:
            yield f"reporter {standing.subject_id} stands at {standing.state}, replayed at {again.memory.state.number}"
        kept = list(
            Transition.objects.standing()
            .filter(subject=standing.subject_id)
            .order_by("at", "pk")
            .values_list("at", "after")
        )
        if kept != [(one.at, one.after.number) for one in again.transitions]:
            yield f"reporter {standing.subject_id} has {len(kept)} transitions, replayed {len(again.transitions)}"


def footprint(server: Server) -> str:
    """Its memory and open files."""
    memory, files = server.footprint()
    return f"{memory} MB, {files} files"


FAULTS = (observations_killed,)
