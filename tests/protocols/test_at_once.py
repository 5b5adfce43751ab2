"""Agents and people at once: nothing lost, nothing twice, and nobody is turned away. On both databases."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from tests.protocols.at_once import TIMES, everything
from tests.protocols.samples import publish_protocol
from tests.telemetry.at_once import THREADS
from tests.telemetry.samples import make_settings

HALF = TIMES // 2


def assert_all_is_well(found: dict[str, Any]) -> None:
    assert found["same report"] == {"told": {"done": HALF, "already_settled": HALF}, "one of them": True}
    assert found["steps"] == {"told": {"done": TIMES}, "numbers": [1, 2, 3, 4, 5], "offers": 2, "children": 2}
    assert found["answers"]["told"] == {"done": HALF, "already_answered": HALF}
    kinds = [["active", "accepted"], ["refused", "refused"]]
    assert all(child in kinds for child in found["answers"]["children"])
    was_refused = ["refused", "refused"] in found["answers"]["children"]
    assert found["answers"]["run"] == ("failed" if was_refused else "completed")
    people = found["people"]
    assert (people["told"], people["said"]) == ({"done": TIMES}, TIMES * 3 // 4)
    assert people["state"] in ("taken_over", "overridden")
    assert (people["open steps"], people["children open"]) == (0, 0)
    assert found["verdicts"] == {"told": {"done": TIMES}, "people": HALF, "last": True}
    assert found["recovery"]["told"] == {"done": HALF, "measured": HALF}
    assert (found["recovery"]["done"], found["recovery"]["going on"]) == (4, [1, 1, 1, 1])
    assert set(found["recovery"]["episodes"]) <= {1, 2}
    assert found["opened"][0] == found["opened"][1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_on_postgresql():
    connection.pool.resize(1, THREADS + 2)  # type: ignore[attr-defined]  # PostgreSQL's has one
    make_settings()
    publish_protocol()
    assert_all_is_well(everything())


@pytest.mark.slow
def test_on_a_file(tmp_path):
    """In a process of its own: the tests' database is in memory, and has but one connection."""
    environment = os.environ | {
        "AUREN_DATA_DIR": str(tmp_path),
        "AUREN_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    environment.pop("DATABASE_URL", None)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.protocols.at_once"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert_all_is_well(json.loads(ran.stdout))
