"""The pages about runs with 10,000 runs in the table, a tenth of them open, against Django's bare list and form.

Each page twice: against the bare page in turns, and against the 0.3 seconds that nobody may wait longer than. With
``RUNS=1000000 make bench ONLY=runs`` there are a million in the table; at most 10,000 are open.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast

from bench.apart import measured_apart
from bench.figures import Figure

RUNS = int(os.environ.get("RUNS", "10000"))
OPEN = min(10_000, RUNS // 10)
SECONDS = 0.3
GOALS = {"board": 3.0, "board_nobody": 3.0, "agent": 3.0}
"""Pages that say more than a list does; the others cost no more than twice the bare one."""
GOAL = 2.0


def run() -> Iterator[Figure]:
    """The figures of this area."""
    found = cast("dict[str, Any]", measured_apart("bench.runs_site", RUNS, OPEN))
    for page, (ours, bare, _) in found.items():
        yield Figure(f"runs.{page}_{RUNS}", ours, bare, GOALS.get(page, GOAL))
        yield Figure(f"runs.{page}_{RUNS}_seconds", ours, SECONDS, 1.0)
