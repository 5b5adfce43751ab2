"""Slow callers hold nobody up but themselves."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from bindings.models import Agent
from faults.fault_observations import forget
from faults.fault_polls import web
from faults.ledger import Outcome
from faults.nginx import Nginx
from faults.publishing import API, new_token, prepare
from faults.reporters import ADDRESS, AGENT, KPI, SOURCE
from faults.servers import Missing, Server, spare_port
from faults.slow_clients import (
    Caller,
    Healthy,
    SlowClients,
    idle,
    slow_bodies,
    slow_chunks,
    slow_heads,
    slow_readers,
)
from faults.stage import Stage
from telemetry.models import Observation

WITHIN = 1.0
"""Seconds in which everybody else is answered throughout."""
LOGIN = "/admin/login/"
STYLE = "/static/admin/css/base.css"


def slow_clients(stage: Stage) -> Outcome:
    """Slow bodies, slow chunks, slow readers, slow headers and idle connections, all at once, again and again."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    port, tokens = spare_port(), prepare(stage)
    forget()
    reporter = new_token("reporter", Agent.objects.get(name=AGENT), "observations:write")
    server = web(stage, port)
    before = memory(server)
    slow = SlowClients(
        port, callers(tokens, new_token("slow", Agent.objects.get(name=AGENT), "observations:write"))
    )
    poll = f"{API}agents/{AGENT}/bindings"
    sent: list[int] = []
    healthy = [
        Healthy("a poll", lambda: status(port, "GET", poll, tokens[poll]), 200, 0.02),
        Healthy("/livez", lambda: status(port, "GET", "/livez"), 200, 0.05),
        Healthy("/readyz", lambda: status(port, "GET", "/readyz"), 200, 0.2),
        Healthy("the page to sign in", lambda: status(port, "GET", LOGIN), 200, 0.2),
        Healthy("a report", lambda: report(port, reporter, sent), 200, 0.05),
    ]
    stopped = Event()
    askers = [Thread(target=one.run, args=(stopped,), daemon=True) for one in healthy]
    slow.start()
    for asker in askers:
        asker.start()
    time.sleep(120 if stage.long else 20)
    stopped.set()
    for asker in askers:
        asker.join()
    slow.stop()
    failures = [complaint for one in healthy for complaint in one.complaints(WITHIN)]
    notes = {one.name: f"{len(one.waits)} times, slowest {one.slowest:.2f} s" for one in healthy}
    notes["cut off"] = ", ".join(f"{count} {kind}" for kind, count in sorted(slow.cut_off.items()))
    notes["memory"] = f"{before} → {memory(server)} MB"
    times = Observation.objects.filter(series__source=SOURCE).values_list("at", flat=True)
    stored = [round((at - BEGIN_MICROS) / 1_000_000) for at in times]
    return Outcome("slow_clients", stage.seed, len(sent), set(sent), stored, notes=notes, failures=failures)


BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
BEGIN_MICROS = int(BEGIN.timestamp()) * 1_000_000


def callers(tokens: dict[str, str], token: str) -> list[Caller]:
    """Some of each kind: forty slow bodies, forty chunked, forty readers, forty heads, and two hundred idle."""
    known = f"Authorization: Bearer {token}"
    cookie = "Cookie: sessionid=of-nobody"
    registry = f"Authorization: Bearer {tokens[f'{API}registry']}"
    return [
        *slow_bodies(ADDRESS, 10),
        *slow_bodies(ADDRESS, 10, known),
        *slow_bodies(LOGIN, 10),
        *slow_bodies(LOGIN, 10, cookie),
        *slow_chunks(ADDRESS, 10),
        *slow_chunks(ADDRESS, 10, known),
        *slow_chunks(LOGIN, 10),
        *slow_chunks(f"{API}validate/", 10, "Authorization: Bearer aur_nobody.nothing"),
        *slow_readers(STYLE, 20),
        *slow_readers(f"{API}registry", 20, registry),
        *slow_heads(40),
        *idle(200),
    ]


def status(port: int, method: str, path: str, token: str = "", body: bytes | None = None) -> int:
    """Ask over a new connection; what the answer's status is."""
    headers = {"Content-Type": "application/json"} if body else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def report(port: int, token: str, sent: list[int]) -> int:
    """Report the next observation; it counts as sent once it was acknowledged."""
    number = len(sent)
    at = (BEGIN + timedelta(seconds=number)).isoformat()
    one = {"kpi": KPI, "user_id": "slow-1", "measurement_source": SOURCE, "value": 50, "at": at}
    found = status(port, "POST", ADDRESS, token, json.dumps([one]).encode())
    if found == 200:
        sent.append(number)
    return found


def memory(server: Server) -> int:
    """MB of the web server's processes together."""
    return server.footprint()[0]


def refusals_behind_proxy(stage: Stage) -> Outcome:
    """Requests that are refused with their body unread, between good ones over the same connections of a proxy."""
    port, tokens = spare_port(), prepare(stage)
    web(stage, port)
    nginx = Nginx(stage.folder / "nginx", [port], "proxy_request_buffering off;")
    nginx.start()
    stage.started.append(nginx)
    poll = f"{API}agents/{AGENT}/bindings"
    asked: list[int] = []
    failures: list[str] = []
    for turn in range(400 if stage.long else 60):
        for path, token, size, expected in refused():
            for expects, found in (
                (expected, status(nginx.port, "POST", path, token, b" " * size)),
                (200, status(nginx.port, "GET", poll, tokens[poll])),
            ):
                asked.append(len(asked))
                if found != expects:
                    failures.append(
                        f"turn {turn}: {path} with {size} bytes was answered {found}, not {expects}"
                    )
    resets = nginx.errors.read_text().count("prematurely closed")
    notes = {"connections closed without an answer": str(resets)}
    return Outcome(
        "refusals_behind_proxy",
        stage.seed,
        len(asked),
        set(asked),
        asked,
        notes=notes,
        failures=failures[:10],
    )


def refused() -> list[tuple[str, str, int, int]]:
    """Path, token, bytes of the body, and how it is refused."""
    return [
        (ADDRESS, "", 500, 401),
        (ADDRESS, "", 300_000, 401),
        (ADDRESS, "aur_nobody.nothing", 500, 401),
        (ADDRESS, "aur_nobody.nothing", 300_000, 401),
        (ADDRESS, "aur_nobody.nothing", 9_000_000, 413),
        (LOGIN, "", 500, 403),
        (LOGIN, "", 300_000, 413),
    ]


FAULTS = (slow_clients, refusals_behind_proxy)
