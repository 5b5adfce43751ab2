"""Everything of a release: the same bytes wherever and however often it is made."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest
from django.conf import settings
from django.core.management import call_command

from observability.export import export_files
from observability.options import ExportOptions, RuleFormat
from releases.services import working_copy
from tests.contracts.releases import example_release
from tests.observability.dashboards.samples import HOSTILE, hostile_release

RUNS = 17
"""With three hash seeds and two time zones, 102 in all."""
DIGESTS = f"""
import django
django.setup()
from tests.observability.test_export import digest, documents
print(len({{tuple(digest(one) for one in documents()) for _ in range({RUNS})}}), [digest(one) for one in documents()])
"""


def digest(document):
    found = sha256()
    for rule_format in RuleFormat:
        for path, text in export_files(document, ExportOptions(rule_format=rule_format)).items():
            found.update(f"{path}\0{text}\0".encode())
    return found.hexdigest()


def documents():
    return [example_release(), *map(hostile_release, HOSTILE)]


@pytest.mark.slow
def test_a_hundred_runs_give_one_digest_whatever_the_hashes_and_the_time_zone():
    said = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
        for zone in ("UTC", "Asia/Kathmandu")
    }
    assert len(said) == 1
    assert said.pop().startswith("1 [")


@pytest.mark.django_db
def test_what_comes_out_of_a_database_gives_the_same_as_its_files():
    call_command("registry", "import", "examples/auren")
    assert digest(working_copy()) == digest(example_release())


def test_no_two_generators_write_one_path(monkeypatch):
    monkeypatch.setattr("observability.export.GENERATORS", [lambda *_: {"a": "1"}] * 2)
    with pytest.raises(ValueError, match="two generators"):
        export_files(example_release(), ExportOptions())
