"""Nobody waits for PostgreSQL without end, whatever it does or does not."""

import time
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from psycopg.errors import QueryCanceled
from psycopg_pool import ConnectionPool, PoolTimeout

from auren_admin.postgresql import BoundedConnection
from rest.patience import at_most
from tests.freezing import Freezing

pytestmark = pytest.mark.postgres


@pytest.fixture
def way(db):
    settings = connection.settings_dict
    found = Freezing(settings["HOST"] or "127.0.0.1", int(settings["PORT"] or 5432))
    yield found
    found.frozen.clear()
    found.close()


@pytest.fixture
def address(way):
    settings = connection.settings_dict
    own = {"user": settings["USER"], "password": settings["PASSWORD"], "dbname": settings["NAME"]}
    return own | {"host": "127.0.0.1", "port": way.port, "connect_timeout": 2, "autocommit": True}


@contextmanager
def within(seconds):
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def test_a_statement_that_takes_too_long_is_taken_back_and_the_connection_goes_on(address):
    with BoundedConnection.connect(**address) as found, at_most(0.8):
        with within(1.5), pytest.raises(QueryCanceled):
            found.cursor().execute("SELECT pg_sleep(20)")
        assert found.cursor().execute("SELECT 1").fetchone() == (1,)


def test_a_frozen_server_is_given_up(way, address):
    with BoundedConnection.connect(**address) as found, at_most(0.8):
        way.frozen.set()
        with within(1.5), pytest.raises(psycopg.OperationalError, match=r"within 0\.8 s"):
            found.cursor().execute("SELECT 1")
        assert found.closed


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_the_end_of_a_transaction_is_not_waited_for_either(way, address, end):
    found = BoundedConnection.connect(**address | {"autocommit": False})
    found.cursor().execute("SELECT 1")
    way.frozen.set()
    with within(1.5), at_most(0.8), pytest.raises(psycopg.OperationalError):
        getattr(found, end)()


def test_who_has_no_time_left_does_not_ask_whether_it_is_a_connection(way, address):
    with BoundedConnection.connect(**address) as found:
        way.frozen.set()
        with within(0.1), at_most(0.0, in_all=True), pytest.raises(psycopg.OperationalError, match="no time"):
            found.execute("")
        way.frozen.clear()
        assert found.execute("SELECT 1").fetchone() == (1,)


def test_a_pool_hands_out_no_connection_to_a_frozen_server(way, address):
    with ConnectionPool(
        kwargs=address,
        connection_class=BoundedConnection,
        check=ConnectionPool.check_connection,
        min_size=1,
        timeout=2.0,
    ) as pool:
        pool.wait()
        way.frozen.set()
        with within(3.5), pytest.raises(PoolTimeout):
            pool.getconn()
        way.frozen.clear()
        with within(5), pool.connection(timeout=5) as found:
            assert found.cursor().execute("SELECT 1").fetchone() == (1,)
