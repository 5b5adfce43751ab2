"""Runs wrk, which polls as fast as it can or at a given rate, and reads what it found."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.figures import CannotMeasure

SCRIPT = Path(__file__).with_name("polls.lua")


class LoadError(CannotMeasure):
    """wrk is not there, or not every poll was answered as it should be."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of some seconds of polls. Latencies are seconds, ``bytes_each`` counts headers too."""

    polls: int
    seconds: float
    bytes_each: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Polls a second."""
        return self.polls / self.seconds


def wrk(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: int = 3,
    connections: int = 16,
    threads: int = 1,
    rate: float = 0,
    polls: Path | None = None,
) -> Load:
    """Poll for some seconds; ``rate`` a second, 0 for as fast as it goes. ``polls`` are lines "PATH TOKEN ETAG".

    Raises LoadError when a poll was not answered, or answered by an error.
    """
    program = shutil.which("wrk")
    if program is None:
        raise LoadError("wrk is not installed (Debian, Ubuntu: apt install wrk)")
    told = [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
    load = [f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT)]
    asked = ["--", str(rate), *([str(polls)] if polls else [])]
    command = [program, *load, *told, url, *asked]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return read_load(answer.stdout, answer.stderr)


def read_load(out: str, err: str = "") -> Load:
    """What wrk and its script printed. Raises LoadError."""
    line = out.rstrip().rpartition("\n")[2]
    if not line.startswith("{"):
        raise LoadError(f"wrk: {(err or out).strip() or 'said nothing'}")
    found = json.loads(line)
    if found["errors"] or not found["polls"]:
        raise LoadError(f"{found['errors']} of {found['polls']} polls failed")
    return Load(
        polls=found["polls"],
        seconds=found["seconds"],
        bytes_each=found["bytes"] / found["polls"],
        p50=found["p50"] / 1e6,
        p99=found["p99"] / 1e6,
    )
