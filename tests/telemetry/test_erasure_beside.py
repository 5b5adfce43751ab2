"""Erasing somebody costs nobody else anything, whatever other processes do beside it."""

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_what_was_acknowledged_is_there_for_other_processes_too(tmp_path):
    """SQLite's locks belong to the process: one that opens and closes the file itself has none afterwards."""
    environment = os.environ | {
        "AUREN_DATA_DIR": str(tmp_path),
        "AUREN_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.telemetry.erased_beside"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["stored"] == found["told"] > 0
    assert all(proof["left"] == [] for proof in found["proofs"])
