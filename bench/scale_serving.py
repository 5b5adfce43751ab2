"""``python -m bench.scale_serving``: how agents are served by the site of AUREN_DATA_DIR while it starts and publishes.

Starts the product with two workers, polls one agent's bindings every few milliseconds, and publishes ten changed KPIs
by a command meanwhile. Prints one line of JSON: seconds by the clock, and bytes of the larger worker.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Final

import django

django.setup()

from bench.poll_servers import Polled  # noqa: E402 - Django has to be set up first
from bindings.models import Agent, ApiToken  # noqa: E402
from faults.servers import spare_port  # noqa: E402
from kpis.models import KPI  # noqa: E402

EVERY: Final = 0.005
"""Seconds between two polls."""
SETTLED: Final = 3.0
"""Seconds for which polls go on once the new release is served: other workers follow."""
WITHIN: Final = 120.0
RELEASE: Final = "Auren-Release"
SETTINGS: Final = ("AUREN_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTHONPATH")


class Poller(Thread):
    """An agent over one connection. ``taken`` is what each poll took, in seconds."""

    def __init__(self, port: int, path: str, secret: str) -> None:
        super().__init__(daemon=True)
        self.taken: list[float] = []
        self.release = ""
        self.failed = 0
        self.stopped = Event()
        self._port, self._path = port, path
        self._headers = {"Authorization": f"Bearer {secret}"}

    def run(self) -> None:
        """Poll until it is stopped."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            while not self.stopped.wait(EVERY):
                began = time.perf_counter()
                connection.request("GET", self._path, headers=self._headers)
                answer = connection.getresponse()
                answer.read()
                self.taken.append(time.perf_counter() - began)
                self.failed += answer.status != http.HTTPStatus.OK
                self.release = answer.headers.get(RELEASE, "")


def served() -> dict[str, float]:
    """What the start, the first poll, the slowest poll and the memory come to."""
    token = ApiToken(name="serving", scopes=["bindings:read"])
    secret = token.new_secret()
    token.save()
    port, folder = spare_port(), Path(os.environ["AUREN_DATA_DIR"])
    server = Polled(
        [sys.executable, "-m", "bench.ingest_site", "serve", str(port)], port, folder,
        {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)} | {"AUREN_WORKERS": "2"},
    )  # fmt: skip
    began = time.perf_counter()
    server.start()
    try:
        until(lambda: server.get("/readyz")[0] == http.HTTPStatus.OK)
        start = time.perf_counter() - began
        path = f"/api/v1/agents/{Agent.objects.order_by('pk')[1].name}/bindings"
        poller = Poller(port, path, secret)
        poller.start()
        until(lambda: bool(poller.release))
        first, before, memory = poller.taken[0], poller.release, server.memory()
        published()
        until(lambda: poller.release != before)
        time.sleep(SETTLED)
        poller.stopped.set()
        poller.join()
        if poller.failed:
            raise RuntimeError(f"{poller.failed} polls were not answered")
        usual = sorted(poller.taken)[len(poller.taken) // 2]
        return {
            "start": start, "first_poll": first, "slowest_poll": max(poller.taken[1:]), "usual_poll": usual,
            "bytes_before": memory, "bytes": server.memory(),
        }  # fmt: skip
    finally:
        server.stop()


def published() -> None:
    """Ten KPIs are changed and published, each by a process of its own."""
    first = list(KPI.objects.order_by("pk").values_list("pk", flat=True)[:10])
    KPI.objects.filter(pk__in=first).update(description=f"At {time.time()}")
    subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "bench.scale_site", "publish"], check=True, stdout=subprocess.DEVNULL
    )


def until(is_so: Callable[[], bool]) -> None:
    """Ask every hundredth of a second until it is so. Raises TimeoutError after ``WITHIN`` seconds."""
    end = time.monotonic() + WITHIN
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the server is not as it should be")
        time.sleep(0.01)


if __name__ == "__main__":
    print(json.dumps(served()))
