"""Counts that neither a full disk nor a killed worker can do anything to."""

import errno
import os
import subprocess
import sys

import pytest
from prometheus_client.mmap_dict import MmapedDict

from telemetry.exposition import counts
from telemetry.exposition.counts import Counts

GONE = 2**22 + 1  # no process has this number: https://man7.org/linux/man-pages/man5/proc_pid.5.html


@pytest.fixture
def path(tmp_path):
    return tmp_path / f"counter_{os.getpid()}.db"


@pytest.fixture
def disk(monkeypatch):
    """A disk that is full for as long as the fixture says so."""
    full: list[bool] = []

    def refusing(real):
        def call(*arguments, **options):
            if full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments, **options)

        return call

    for name in ("pwrite", "write", "open"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
    monkeypatch.setattr(counts, "AGAIN_AFTER", 0.0)
    return full


def read(path):
    return {key: value for key, value, _, _ in MmapedDict.read_all_values_from_file(path)}


def test_neighbours_read_what_was_counted(path):
    kept = Counts(str(path))
    for number in range(5_000):  # more than a first file of prometheus_client's has room for
        kept.write_value(f"key {number}", number, 0.0)
    assert read(path) == {f"key {number}": number for number in range(5_000)}


def test_a_full_disk_loses_no_count(path, disk, caplog):
    kept = Counts(str(path))
    kept.write_value("a", 1.0, 0.0)
    disk.append(True)
    kept.write_value("a", 2.0, 0.0)
    kept.write_value("b", 7.0, 0.0)
    assert (read(path), kept.read_value("b")) == ({"a": 1.0}, (7.0, 0.0))
    disk.clear()
    kept.write_value("a", 3.0, 0.0)
    assert read(path) == {"a": 3.0, "b": 7.0}
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "Counts of requests are in memory only for now",
        f"Counts of requests are written to {path} again; none is lost.",
    ]


def test_a_process_that_starts_on_a_full_disk_counts(path, disk):
    disk.append(True)
    kept = Counts(str(path))
    kept.write_value("a", 1.0, 0.0)
    assert not path.exists()
    disk.clear()
    kept.write_value("a", 2.0, 0.0)
    assert read(path) == {"a": 2.0}


def test_the_file_of_a_killed_process_is_gone_on_with(path):
    dead = path.with_name(f"counter_{GONE}.db")
    Counts(str(dead)).write_value("a", 4.0, 0.0)
    assert Counts(str(path)).read_value("a") == (4.0, 0.0)
    assert not dead.exists()


def test_files_of_others_that_live_stay(path):
    other = path.with_name(f"counter_{os.getppid()}.db")
    Counts(str(other)).write_value("a", 4.0, 0.0)
    assert Counts(str(path)).read_value("a") == (0.0, 0.0)
    assert read(other) == {"a": 4.0}


@pytest.mark.parametrize("left", [b"", b"not ours", b"\x00\x01\x00\x00\x00\x00\x00\x00cut"])
def test_a_file_that_is_none_of_these_is_begun_anew(path, left):
    path.write_bytes(left)
    Counts(str(path)).write_value("a", 1.0, 0.0)
    assert read(path) == {"a": 1.0}


def test_no_count_is_in_a_mapped_file(tmp_path):
    code = (
        "import django; django.setup()\n"
        "from prometheus_client import Counter\n"
        "Counter('asked', 'How often.').inc()\n"
        "print(sum('.db' in line for line in open('/proc/self/maps')))"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == "0\n", done.stderr
    assert list(tmp_path.glob("counter_*.db"))


ON_A_FULL_DISK = """
import os, sys
from pathlib import Path
import django; django.setup()
from prometheus_client import Counter
from telemetry.exposition.process import process_families, share_counts
disk = Path(sys.argv[1])
(disk / "metrics").mkdir()
share_counts(disk / "metrics")
counter = Counter("asked", "How often.", ["page"])
counter.labels("first").inc()
(disk / "ballast").touch()
with open(disk / "ballast", "ab", buffering=0) as ballast:
    try:
        while True:
            ballast.write(bytes(4096))
    except OSError:
        pass
for number in range(2000):
    counter.labels(f"page {number}").inc()
(disk / "ballast").unlink()
import time; time.sleep(1.1)
counter.labels("last").inc()
found = {s.labels["page"]: s.value for f in process_families() for s in f.samples if s.name == "asked_total"}
print(len(found), sum(found.values()))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_process_outlives_a_disk_that_is_really_full(tmp_path):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)], check=False)  # noqa: S607
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
    command = [sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)  # noqa: S607
    assert (done.returncode, done.stdout) == (0, "2002 2002.0\n"), done.stderr
