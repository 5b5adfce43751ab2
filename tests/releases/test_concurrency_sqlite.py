"""The same on a file, where each thread has a connection of its own; a database in memory has but one."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()
from django.core.management import call_command
from django.db import connections

from kpis.models import KPI
from releases.models import Release
from releases.services import PublishRefused, publish

call_command("migrate", verbosity=0)
call_command("registry", "import", "examples/auren", verbosity=0)


def work(n):
    try:
        if n % 2:
            KPI.objects.filter(name="hrv_rmssd").update(description=f"As {n} sees it")
        done = publish(author=None, message=f"By {n}", accepted="Known")
        return done.release.number
    except PublishRefused as refused:
        return refused.code
    finally:
        connections.close_all()


with ThreadPoolExecutor(20) as pool:
    done = list(pool.map(work, range(20)))
print(json.dumps([done, list(Release.objects.values_list("number", flat=True))]))
"""


@pytest.mark.slow
def test_twenty_who_publish_at_once_make_numbers_without_gaps(tmp_path):
    environment = os.environ | {
        "AUREN_DATA_DIR": str(tmp_path),
        "AUREN_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    environment.pop("DATABASE_URL", None)
    ran = subprocess.run(  # noqa: S603 - it is ours
        [sys.executable, "-c", SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    done, numbers = json.loads(ran.stdout)
    assert numbers == list(range(len(numbers), 0, -1))
    assert set(done) - {"stale"} <= set(numbers)
    assert 1 in done
