"""How old the file is that a machine would serve from without the database."""

import os

import pytest

from releases.serving.assembly import snapshot
from releases.serving.snapshot import GRANTS, STOCK
from telemetry.exposition.scrape import scrape
from tests.releases.serving.test_snapshot import a_shelf

NAME = "auren_snapshot_confirmed_timestamp_seconds"


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    settings.FAST_POLLS, settings.SNAPSHOT_DIR = True, tmp_path
    snapshot().keep(a_shelf())
    for name, at in ((STOCK, 1_800_000_009), (GRANTS, 1_800_000_000)):
        os.utime(tmp_path / name, (at, at))


def scraped():
    text = b"".join(scrape(0, is_open=False, kpis=False)).decode()
    return [line.split(" ")[1] for line in text.splitlines() if line.startswith(f"{NAME} ")]


def test_the_older_of_the_two_files_counts():
    assert scraped() == ["1.8e+09"]


def test_where_a_file_is_missing_nothing_is_told(tmp_path):
    (tmp_path / STOCK).unlink()
    assert scraped() == []


def test_where_no_file_is_kept_one_of_earlier_is_not_told(settings):
    settings.FAST_POLLS = False
    assert scraped() == []
