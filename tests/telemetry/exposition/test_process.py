"""Counts that the processes of a server share."""

import os
import subprocess
import sys

import pytest

from telemetry.exposition.process import FOLDER, process_families
from telemetry.exposition.scrape import rendered

COUNT = """
import os, sys
from pathlib import Path
from prometheus_client import Counter
from telemetry.exposition.process import process_families, share_counts
from telemetry.exposition.scrape import rendered
share_counts(Path(sys.argv[1]))
counter = Counter("asked", "How often.")
for _ in range(2):
    child = os.fork()
    if not child:
        counter.inc(3)
        os._exit(0)
    os.waitpid(child, 0)
print(rendered(process_families(), is_open=False).decode())
"""


@pytest.mark.slow
def test_processes_count_together(tmp_path):
    (tmp_path / "counter_1.db").write_bytes(b"of an earlier server")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment.pop(FOLDER, None)
    command = [sys.executable, "-c", f"import django; django.setup()\n{COUNT}", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "asked_total 6.0\n" in done.stdout, done.stderr


def test_a_process_alone_answers_for_itself(monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    assert b"python_info" in rendered(process_families(), is_open=False)
