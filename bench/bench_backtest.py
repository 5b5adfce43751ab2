"""A backtest of 1,000,000 stored observations: ours are seconds, the baseline the limit of ten.

The history is 30 days of 1,000 people, each value near the one before with noise; thousands of episodes. One process
does it, as a worker would. The second figure has a change over seven days in the contract. The third is what one value
costs against the bare evaluator going over the same values by one contract, without a database: a backtest goes over
them by two.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

OBSERVATIONS, PEOPLE = 1_000_000, 1_000
SECONDS = 10.0
TIMES_THE_EVALUATOR = 4.0


def measured(observations: int = OBSERVATIONS, people: int = PEOPLE) -> dict[str, float]:
    """Fill a database and look at it, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="auren-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        command = [sys.executable, "-m", "bench.backtest_site", str(observations), str(people)]
        answer = subprocess.run(  # noqa: S603 - our own program
            command,
            check=True,
            capture_output=True,
            text=True,
            env=environment,
            cwd=Path(__file__).resolve().parent.parent,
        )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def run() -> Iterator[Figure]:
    """The figures of this area."""
    found = measured()
    yield Figure("backtest.plain_1m", found["plain"], SECONDS, 1.0)
    yield Figure("backtest.change_1m", found["change"], SECONDS, 1.0)
    yield Figure("backtest.times_the_evaluator", found["plain"], found["evaluator"], TIMES_THE_EVALUATOR)
