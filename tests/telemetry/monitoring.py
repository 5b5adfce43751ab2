"""A real VictoriaMetrics and a real Prometheus, on spare ports, and what they answer to PromQL."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from faults.servers import Server, spare_port, wait_until

Found = list[tuple[dict[str, str], float, float]]
"""Labels, when (in seconds) and the value."""


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed (Debian, Ubuntu: apt install {name})")
    return found


def get(port: int, path: str, **query: str) -> bytes:
    address = f"http://127.0.0.1:{port}{path}?{urlencode(query)}"
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - ours
        body: bytes = answer.read()
        return body


def is_ready(port: int, path: str) -> bool:
    """It listens before it can answer questions."""
    try:
        get(port, path)
    except OSError:
        return False
    return True


def asked(port: int, promql: str) -> Found:
    """What an expression gives now."""
    found: dict[str, Any] = json.loads(get(port, "/api/v1/query", query=promql))
    assert found["status"] == "success"
    return [(one["metric"], one["value"][0], float(one["value"][1])) for one in found["data"]["result"]]


def kept(port: int, selector: str) -> dict[tuple[str, ...], list[tuple[int, float]]]:
    """Every sample that VictoriaMetrics holds of some series, by the values of their labels in order of the names."""
    get(port, "/internal/force_flush")  # what came in just now is not searched before
    found = {}
    for line in get(port, "/api/v1/export", **{"match[]": selector}).splitlines():
        one = json.loads(line)
        labels = tuple(one["metric"][name] for name in sorted(one["metric"]))
        found[labels] = list(zip(one["timestamps"], one["values"], strict=True))
    return found


def victoria(folder: Path) -> tuple[Server, int]:
    """A VictoriaMetrics that was not started yet, and its port."""
    port = spare_port()
    command = [
        program("victoria-metrics"),
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-dedup.minScrapeInterval=1ms",  # as docs/forwarding.md asks
        "-memory.allowedBytes=64MB",
    ]
    return Server(command, folder / "victoria.log"), port


@contextmanager
def running(server: Server, port: int, path: str) -> Iterator[int]:
    server.start()
    try:
        wait_until(lambda: is_ready(port, path), 30, server.command[0])
        yield port
    finally:
        server.stop()


def prometheus(folder: Path, configuration: str, *options: str) -> tuple[Server, int]:
    """A Prometheus that was not started yet, and its port."""
    (folder / "prometheus.yml").write_text(configuration, encoding="utf-8")
    port = spare_port()
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *options,
    ]
    return Server(command, folder / "prometheus.log"), port
