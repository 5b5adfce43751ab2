"""Measures in a process of its own, on a database that holds nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measured_apart(module: str, *arguments: int) -> dict[str, float]:
    """What ``python -m module arguments`` says in its last line, as JSON; ``DATABASE_URL`` is an empty SQLite file."""
    with tempfile.TemporaryDirectory(prefix="auren-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        answer = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", module, *map(str, arguments)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found
