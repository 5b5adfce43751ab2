"""Many callers at once: nothing twice, nothing lost, one order, and nobody is turned away. On both databases."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from tests.telemetry.at_once import THREADS, USERS, everything
from tests.telemetry.samples import publish_with_settings


def assert_all_is_well(found: dict[str, Any]) -> None:
    assert found["same observation"] == {"accepted": 1, "duplicate": THREADS - 1}
    assert found["same body"] == 1
    assert set(found["mixed"]) <= {"accepted", "late", "duplicate", "corrected", "conflicting_value"}
    assert found["counts"] == {
        "same": 1,
        "body": 1,
        "people": THREADS * 6 * len(USERS) + 2,
        "subjects": 0,
        "standings": len(USERS),
    }
    assert found["ordered"] >= 1
    assert set(found["erased"]) <= {"erased", "accepted", "late"}
    assert (found["orphans"], found["latest"]) == (0, [])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_on_postgresql():
    connection.pool.resize(1, THREADS + 2)  # type: ignore[attr-defined]  # PostgreSQL's has one
    publish_with_settings()
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
        [sys.executable, "-m", "tests.telemetry.at_once"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert_all_is_well(json.loads(ran.stdout))
