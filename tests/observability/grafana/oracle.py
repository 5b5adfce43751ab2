"""Grafana's own code, asked for the colour and text of values: by Node, from npm's @grafana/data."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("GRAFANA_DATA") or HERE.parents[2] / "var" / "grafana")
PACKAGE = FOLDER / "node_modules" / "@grafana" / "data"
INSTALL = "npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved"
NODE = shutil.which("node") or ""


class Shown(NamedTuple):
    """What Grafana makes of a value."""

    color: str
    text: str


def install() -> None:
    """Put the packages of the lock file where the tests look for them. Needs npm and its registry."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, FOLDER / name)
    subprocess.run(INSTALL.split(), cwd=FOLDER, check=True)


def need_grafana() -> None:
    """Skip where there is no Node, or nobody has installed Grafana's code."""
    if not NODE or not PACKAGE.is_dir():
        pytest.skip(
            "Grafana's own code is not here: python -m tests.observability.grafana.oracle (needs npm)"
        )


def shown(asked: Sequence[tuple[Mapping[str, Any], Sequence[float | str | None]]]) -> list[list[list[Shown]]]:
    """For each field configuration with its values: in the dark and in the light theme, each value."""
    questions = [{"fieldConfig": {"defaults": config}, "values": values} for config, values in asked]
    answer = subprocess.run(
        [NODE, HERE / "display.cjs"],
        input=json.dumps(questions),
        env=os.environ | {"NODE_PATH": str(FOLDER / "node_modules")},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    return [
        [[Shown(one["color"], one["text"]) for one in theme] for theme in of] for of in json.loads(answer)
    ]


if __name__ == "__main__":
    install()
