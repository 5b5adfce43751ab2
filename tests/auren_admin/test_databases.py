"""How long each kind of process waits for PostgreSQL, as its server, the kernel and the client are told."""

import math

import pytest

from auren_admin.databases import PREPARED_AFTER, database, hurry, of_jobs, of_requests
from auren_admin.environment import Environment, SettingError
from rest import patience

JOBS, REQUESTS = of_jobs(3600), of_requests(10)


@pytest.fixture(autouse=True)
def nothing_in_force(monkeypatch):
    monkeypatch.setattr(patience, "_of_process", math.inf)


def configured(tmp_path, url="postgres://auren@db/auren"):
    return database(Environment({"DATABASE_URL": url}), tmp_path, connections=8, limits=JOBS)


def test_jobs_commands_and_migrations_have_time(tmp_path):
    options = configured(tmp_path)["OPTIONS"]
    assert "-c statement_timeout=3600s -c lock_timeout=60s" in options["options"]
    assert (options["connect_timeout"], options["tcp_user_timeout"]) == (3, 30_000)


def test_the_web_has_less(tmp_path):
    config = configured(tmp_path)
    hurry(config, before=JOBS, limits=REQUESTS)
    options = config["OPTIONS"]
    assert options["options"] == (
        "-c statement_timeout=10s -c lock_timeout=10s -c idle_in_transaction_session_timeout=15s"
        " -c random_page_cost=1.1"
    )
    assert (options["tcp_user_timeout"], options["pool"]["timeout"]) == (5_000, 1.0)
    assert patience.longest() == 10


def test_what_the_address_says_counts(tmp_path):
    config = configured(
        tmp_path, "postgres://auren@db/auren?options=-c%20lock_timeout%3D3s&tcp_user_timeout=70"
    )
    hurry(config, before=JOBS, limits=REQUESTS)
    assert config["OPTIONS"]["options"].endswith("=1.1 -c lock_timeout=3s")  # the last one is PostgreSQL's
    assert config["OPTIONS"]["tcp_user_timeout"] in (70, "70")


def test_statements_of_observations_are_prepared_unless_the_address_says_otherwise(tmp_path):
    behind_a_pooler = configured(tmp_path, "postgres://auren@db/auren?prepare_threshold=None")
    assert configured(tmp_path)["OPTIONS"]["prepare_threshold"] == PREPARED_AFTER
    assert behind_a_pooler["OPTIONS"]["prepare_threshold"] is None
    with pytest.raises(SettingError, match="prepare_threshold, a whole number or None"):
        configured(tmp_path, "postgres://auren@db/auren?prepare_threshold=often")


def test_a_file_is_waited_for_as_before(tmp_path):
    config = database(Environment({}), tmp_path, connections=8, limits=JOBS)
    before = dict(config["OPTIONS"])
    hurry(config, before=JOBS, limits=REQUESTS)
    assert config["OPTIONS"] == before
    assert patience.longest() == math.inf
