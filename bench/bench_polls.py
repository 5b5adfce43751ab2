"""Agents' polls, against nginx with the same bytes as a static file, and against a plain Django view.

All three have a worker process for each processor, as in service, and are asked in turns by wrk, with a thread for
each processor, over 16 connections. The rates of one worker each, asked by one thread, are printed beside these.
Times are microseconds a poll: twice nginx's time is half its rate. Needs nginx and wrk.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from bench.poll_servers import PATH, Polled, Site, nginx, plain_view, running
from bench.wrk import Load, LoadError, wrk

ROUNDS = 5
PROCESSORS = os.cpu_count() or 1
AGENT, AGENT_LEFT = "AGENT_3", "AGENT_9"
"""One that polls; one whose token is not revoked."""
NGINX_200, NGINX_304, PLAIN_200 = 0.35, 0.3, 3.0
"""The rates to reach, as multiples of nginx's and of the plain view's."""
INBOX, INBOXES = 0.3, (3, 100)
"""The same for an inbox, and how many runs are in it."""
P99, SEEN, REVOKED = 0.005, 1.0, 5.0
"""Seconds: the slowest poll but one in a hundred; until a publish, and until a revoked token, is seen everywhere."""
PAUSE = 6
"""Seconds."""
AGENTS, CORE = 1000, 0.1
MEMORY = 2.0
UNCHANGED = 2000
"""Bytes that an answer without a body has at most."""
MICRO = 1e6

Poll = tuple[Polled, str, Mapping[str, str]]
Loads = dict[str, list[Load]]


@contextmanager
def folders() -> Iterator[Path]:
    """A folder that nginx may read."""
    with tempfile.TemporaryDirectory(prefix="auren-bench-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def run() -> Iterator[Figure]:
    """The figures of this area."""
    for program in ("wrk", "nginx"):
        if shutil.which(program) is None:
            raise SystemExit(
                f"The bench of polls needs {program} (Debian, Ubuntu: apt install wrk nginx-light)."
            )
    with folders() as folder:
        each = site_in(folder / "each", agents=10, workers=PROCESSORS)
        with running(each):
            yield from speed(each, PROCESSORS)
            for runs in INBOXES:
                yield from inbox(each, PROCESSORS, runs)
        alone = site_in(folder / "alone", agents=10)
        with running(alone):
            rates(alone, 1)
            few = alone.memory() - bodies(alone, 10)
        yield from paused(site_in(folder / "paused", agents=10, workers=2))
        yield from seen(site_in(folder / "two", agents=10, workers=2))
        yield from many(site_in(folder / "many", agents=AGENTS), few)


def poll_of(agent: str) -> str:
    return f"/api/v1/agents/{agent}/bindings"


def inbox_of(agent: str) -> str:
    return f"/api/v1/agents/{agent}/inbox"


def site_in(folder: Path, agents: int, workers: int = 1) -> Site:
    folder.mkdir()
    return Site(folder, agents, workers)


def speed(site: Site, workers: int) -> Iterator[Figure]:
    """The rate of full and of unchanged answers, and how late the latest are at half of it."""
    full, unchanged = rates(site, workers)
    yield Figure("polls.200_us_vs_nginx", cost(full["here"]), cost(full["nginx"]), 1 / NGINX_200)
    yield Figure("polls.200_us_vs_plain_view", cost(full["here"]), cost(full["plain view"]), 1 / PLAIN_200)
    yield Figure("polls.304_us_vs_nginx", cost(unchanged["here"]), cost(unchanged["nginx"]), 1 / NGINX_304)
    half = rate_of(full["here"]) / 2
    loads = [wrk(site.url(poll_of(AGENT)), site.headers(AGENT), rate=half) for _ in range(ROUNDS)]
    yield Figure("polls.p99_seconds_at_half", statistics.median(load.p99 for load in loads), P99, 1.0)


def inbox(site: Site, workers: int, runs: int) -> Iterator[Figure]:
    """The rate at which an inbox with so many runs is polled."""
    site.ask("open", AGENT, str(runs))
    for _ in range(20 * PROCESSORS):  # each worker holds it from the second poll on
        body = site.get(inbox_of(AGENT), site.headers(AGENT))[2]
        time.sleep(0.05)
    if len(json.loads(body)["runs"]) != runs:
        raise LoadError(f"an inbox of {runs} runs has {body[:200]!r}")
    full, unchanged = rates(site, workers, inbox_of(AGENT), with_view=False)
    yield Figure(f"polls.inbox_{runs}_200_us_vs_nginx", cost(full["here"]), cost(full["nginx"]), 1 / INBOX)
    yield Figure(
        f"polls.inbox_{runs}_304_us_vs_nginx", cost(unchanged["here"]), cost(unchanged["nginx"]), 1 / INBOX
    )


def rates(site: Site, workers: int, path: str = "", *, with_view: bool = True) -> tuple[Loads, Loads]:
    """What polls of all three came to: of full answers, and of unchanged ones."""
    path = path or poll_of(AGENT)
    status, _, body = site.get(path, site.headers(AGENT))
    if status != 200:
        raise LoadError(f"the first poll was answered {status}")
    folder = site.folder / f"others-{time.monotonic_ns()}"
    folder.mkdir()
    others: dict[str, Polled] = {"nginx": nginx(folder, body, workers)}
    if with_view:
        others["plain view"] = plain_view(folder, body, workers)
    with running(*others.values()):
        asked: dict[str, Poll] = {"here": (site, path, site.headers(AGENT))}
        asked |= {name: (server, PATH, {"Accept": "*/*"}) for name, server in others.items()}
        full = in_turns(asked, workers, at_least=len(body))
        told(200, workers, full)
        with_tags = {name: with_etag(*one) for name, one in asked.items()}
        unchanged = in_turns(with_tags, workers, at_most=UNCHANGED)
        told(304, workers, unchanged)
    return full, unchanged


def in_turns(asked: Mapping[str, Poll], threads: int, at_least: int = 0, at_most: int = 10**9) -> Loads:
    """Each asked as fast as it goes, round after round. Raises LoadError if answers have other sizes than due."""
    found: Loads = {name: [] for name in asked}
    for turn in range(ROUNDS + 1):
        for name, (server, path, headers) in asked.items():
            load = wrk(server.url(path), headers, seconds=2, threads=threads)
            if not at_least <= load.bytes_each <= at_most:
                raise LoadError(f"{name} sent {load.bytes_each:.0f} bytes a poll")
            if turn:  # the first round only warms them
                found[name].append(load)
    return found


def with_etag(server: Polled, path: str, headers: Mapping[str, str]) -> Poll:
    """The same poll by one who has the body already. Raises LoadError if it is sent again all the same."""
    headers = {**headers, "If-None-Match": server.get(path, headers)[1]["etag"]}
    status = server.get(path, headers)[0]
    if status != 304:
        raise LoadError(f"a poll with its ETag was answered {status}")
    return server, path, headers


def rate_of(loads: list[Load]) -> float:
    return statistics.median(load.rate for load in loads)


def cost(loads: list[Load]) -> float:
    """Microseconds a poll."""
    return MICRO / rate_of(loads)


def told(status: int, workers: int, found: Loads) -> None:
    """The rates in a line of their own."""
    here = rate_of(found["here"])
    words = (
        f"{name} {rate_of(loads):,.0f}/s ({here / rate_of(loads):.2f}×)" for name, loads in found.items()
    )
    print(f"polls answered {status}, workers {workers}: {', '.join(words)}", flush=True)


def seen(site: Site) -> Iterator[Figure]:
    """How long until every one of 16 connections to two workers is served a new release, and refuses a dead token."""
    published: list[float] = []
    revoked: list[float] = []
    with running(site), ThreadPoolExecutor(16) as pool:
        for turn in range(ROUNDS):
            gone = f"AGENT_{turn}"
            for taken, agent, words in (
                (published, AGENT_LEFT, ["publish"]),
                (revoked, gone, ["revoke", gone]),
            ):
                path, headers = poll_of(agent), site.headers(agent)
                waiting = [pool.submit(site.changed_at, path, headers) for _ in range(16)]
                time.sleep(0.3)
                done = site.ask(*words)["at"]
                taken.append(max(one.result() for one in waiting) - done)
    yield Figure("polls.publish_seen_seconds", max(published), SEEN, 1.0)
    yield Figure("polls.revoked_seconds", max(revoked), REVOKED, 1.0)


def paused(site: Site) -> Iterator[Figure]:
    """How long until every one of 16 connections to two workers is told that its agent is to do nothing, and that it
    may go on, which nobody says when the pause ends by itself."""
    taken: list[float] = []
    with running(site), ThreadPoolExecutor(16) as pool:
        site.ask("open", AGENT, "3")
        path, headers = inbox_of(AGENT), site.headers(AGENT)
        for _ in range(2):
            waiting = [pool.submit(site.changed_at, path, headers) for _ in range(16)]
            time.sleep(0.3)
            done = site.ask("pause", AGENT, str(PAUSE))
            taken.append(max(one.result() for one in waiting) - done["at"])
            waiting = [pool.submit(site.changed_at, path, headers) for _ in range(16)]
            taken.append(max(one.result() for one in waiting) - done["ends"])
    yield Figure("polls.pause_seen_seconds", max(taken), SEEN, 1.0)


def many(site: Site, few: int) -> Iterator[Figure]:
    """What holding the bodies of a thousand agents takes, and what it takes to answer each once a second.

    Every agent has a token of its own. ``few`` are the bytes of a worker that holds next to none.
    """
    with running(site):
        for _ in range(2):  # releases come and go: what the ones before held must be gone too
            site.ask("publish")
            time.sleep(10)
        polls = site.folder / "polls.txt"
        polls.write_text("".join(f"{poll}\n" for poll in polls_of(site)))
        sizes = bodies(site, AGENTS)
        yield Figure("polls.memory_bytes", site.memory() - few, sizes, MEMORY)
        shares = [share_of_core(site, polls) for _ in range(2 * ROUNDS)]
        # The least of them: what else this machine has to do only adds to it.
        yield Figure("polls.core_of_1000_agents", min(shares), CORE, 1.0)


def share_of_core(site: Site, polls: Path) -> float:
    """Processor seconds a second while every agent asks once a second. Raises LoadError if not all did."""
    busy, start = site.processor(), time.monotonic()
    load = wrk(site.url("/"), connections=AGENTS, rate=AGENTS, seconds=6, polls=polls)
    share = (site.processor() - busy) / (time.monotonic() - start)
    if load.rate < 0.95 * AGENTS or load.bytes_each > UNCHANGED:
        raise LoadError(f"{load.rate:.0f} polls a second, {load.bytes_each:.0f} bytes each")
    return share


def polls_of(site: Site) -> Iterator[str]:
    """For each agent its address, its token and the ETag of what it has."""
    for agent, token in site.tokens.items():
        path = poll_of(agent)
        yield f"{path} {token} {site.get(path, site.headers(agent))[1]['etag']}"


def bodies(site: Site, agents: int) -> int:
    """The bytes of all that one release serves."""
    whose = site.headers(AGENT_LEFT)
    found = [len(site.get(f"/api/v1/{path}", whose)[2]) for path in ("registry", "registry.yaml")]
    for agent in list(site.tokens)[:agents]:
        for path in ("bindings", "bindings.yaml"):
            found.append(len(site.get(f"/api/v1/agents/{agent}/{path}", site.headers(agent))[2]))
    return sum(found)
