"""A Redis that dies, forgets, or stops answering."""

import json
import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import redis

from faults import jobs
from faults.ledger import Ledger, Outcome, seeded
from faults.servers import spare_port, wait_until
from faults.stage import Stage


def redis_killed(stage: Stage) -> Outcome:
    """Killed again and again, and once emptied, while jobs are asked for and done."""
    ledger, chance = jobs.clean(stage), seeded(stage.seed)
    schedule, worker = stage.schedule(), stage.worker()
    rounds, footprints = 10 if stage.long else 3, [(0, 0), (0, 0)]
    for turn in range(rounds):
        jobs.ask(ledger, 50, chance)
        wait_until(jobs.done_since(jobs.done(), 10), 30, "jobs after Redis came back")
        footprints = footprints if turn else [schedule.footprint(), worker.footprint()]
        stage.redis.kill()
        jobs.ask(ledger, 10, chance)
        time.sleep(chance.uniform(0.2, 1.5))
        stage.redis.start()
    jobs.ask(ledger, 50, chance)
    time.sleep(1)
    redis.Redis(port=stage.redis.port).flushall()
    notes = {"kills": str(rounds), "emptied": "once"}
    notes["schedule"] = jobs.grown(schedule, footprints[0])
    notes["worker"] = jobs.grown(worker, footprints[1])
    wait_until(lambda: jobs.left() < 12, 120 if stage.long else 40, "the last jobs")
    failures = jobs.wait_for_the_end(notes)
    return jobs.outcome("redis_killed", stage, ledger, notes, failures)


def redis_frozen(stage: Stage) -> Outcome:
    """It stops answering while pages ask for jobs: the pages must not notice."""
    ledger = jobs.clean(stage)
    port = spare_port()
    stage.run("up", "--web-only", "--port", str(port))
    stage.schedule()
    stage.worker()
    url = f"http://127.0.0.1:{port}/faults/enqueue/"
    wait_until(lambda: request_job(url, ledger) is not None, 30, "the web server")
    stage.redis.signal_all(signal.SIGSTOP)
    end = time.monotonic() + (60 if stage.long else 10)
    times: list[float] = []
    errors = 0
    with ThreadPoolExecutor(4) as clients:
        while time.monotonic() < end:
            for took in clients.map(lambda _: request_job(url, ledger), range(4)):
                times.append(took or 0.0)
                errors += took is None
            time.sleep(0.2)
    stage.redis.signal_all(signal.SIGCONT)
    slowest = sorted(times)[int(len(times) * 0.99)]
    notes = {"requests": str(len(times)), "p99": f"{slowest:.3f} s"}
    failures = jobs.wait_for_the_end(notes, seconds=60)
    if errors:
        failures.append(f"{errors} requests failed")
    if slowest >= 1.5:
        failures.append("p99 is 1.5 s or more")
    return jobs.outcome("redis_frozen", stage, ledger, notes, failures)


def request_job(url: str, ledger: Ledger) -> float | None:
    """Ask for a job over HTTP; the seconds it took, or None when there was no good answer."""
    start = time.monotonic()
    body = json.dumps({"seconds": 0.05}).encode()
    try:
        with urllib.request.urlopen(url, body, timeout=30) as answer:  # noqa: S310 - our own address
            ledger.acknowledge(json.load(answer)["id"])
    except OSError:
        return None
    ledger.sent += 1
    return time.monotonic() - start


FAULTS = (redis_killed, redis_frozen)
