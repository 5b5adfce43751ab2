"""Two hundred agents on a simulated clock, and their server gone for five minutes."""

import heapq
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from auren_client.engine import Engine
from auren_client.outbox import Outbox
from auren_client.pace import Timing
from auren_client.store import Store
from auren_client.wire import Address, Reply
from tests.auren_client.servers import TOKEN, FakeTime, body

AGENTS = 200
GONE, BACK, END = 600, 900, 1200
ADDRESS = Address("http://auren", "NEUROS", TOKEN)


@dataclass
class Run:
    """What happened in a simulated run: requests each second, what agents had while the server was away."""

    requests: Counter[int] = field(default_factory=Counter)
    had: Counter[str] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)
    waiting: int = 0

    def between(self, start, end):
        return sum(self.requests[second] for second in range(start, end))

    def busiest(self, start, end):
        return max(self.requests[second] for second in range(start, end))


@cache
def simulate(*, away=False, observing=False):
    """Run every agent from 0 to END; with ``observing`` one in ten reports something every time it wakes."""
    run, time, seed = Run(), FakeTime(0.0), random.Random(4)  # noqa: S311 - the same run each time
    served = json.dumps(body()).encode()

    def answer(call):
        if call.method == "POST":
            run.stored.update(item["id"] for item in json.loads(call.body)["observations"])
            return Reply(200, {}, b"{}")
        known = call.headers.get("If-None-Match") == '"one"'
        return Reply(304 if known else 200, {"etag": '"one"'}, b"" if known else served)

    def step(engine):
        while errand := engine.due():
            run.requests[int(time.now)] += 1
            if away and GONE <= time.now < BACK:
                errand.failed(ConnectionRefusedError("refused"))
                run.had[engine.bindings["hrv_rmssd"].triggers[0].condition] += 1
            else:
                errand.answered(answer(errand.call))
        return engine.wait()

    engines = [
        Engine(ADDRESS, Store(None, ADDRESS), Outbox(), Timing(), clock=time.clock, chance=seed.random)
        for _ in range(AGENTS)
    ]
    queue = [(0.0, number) for number in range(AGENTS)]
    while queue:
        time.now, number = heapq.heappop(queue)
        if time.now < END:
            if observing and not number % 10:
                identity = f"{number} at {time.now}"
                engines[number].observe(identity, json.dumps({"id": identity}).encode())
            heapq.heappush(queue, (time.now + max(step(engines[number]), 0.001), number))
    run.waiting = sum(engine.status.waiting for engine in engines)
    return run


def test_a_server_that_is_away_is_asked_less_and_every_agent_keeps_its_bindings():
    usual, run = simulate(), simulate(away=True)
    assert 11_000 < usual.between(GONE, BACK) < 13_000  # 200 agents every 5 seconds
    assert run.between(GONE, BACK) < 0.25 * usual.between(GONE, BACK)
    assert run.between(GONE, END) <= 1.1 * usual.between(GONE, END)
    assert set(run.had) == {"< 25"}


def test_it_does_not_come_back_to_a_crowd():
    assert simulate(away=True).busiest(BACK, END) <= 2 * AGENTS / Timing().poll_every


def test_agents_that_start_together_do_not_ask_together_again():
    run = simulate()
    assert run.requests[0] >= AGENTS
    assert run.busiest(1, 60) <= 2 * AGENTS / Timing().poll_every


def test_with_observations_waiting_it_is_asked_no_more_either_and_each_arrives_once():
    usual, run = simulate(observing=True), simulate(away=True, observing=True)
    assert run.between(GONE, BACK) <= 1.1 * usual.between(GONE, BACK)
    assert set(run.stored.values()) == {1}
    assert run.waiting < AGENTS / 10 * 3
