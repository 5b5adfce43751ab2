"""What an error of the database means, for whoever has to say it."""

import sqlite3

import psycopg
import pytest
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError

from rest.outages import Outage, gave_way, outage_of


def of_postgresql(state: str) -> Exception:
    """As Django raises what psycopg did."""
    cause = psycopg.errors.lookup(state)()
    kind = InternalError if isinstance(cause, psycopg.InternalError) else OperationalError
    error = kind("told")
    error.__cause__ = cause
    return error


def of_sqlite(name: str) -> Exception:
    error, cause = OperationalError("told"), sqlite3.OperationalError("told")
    cause.sqlite_errorname = name
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("state", "outage"),
    [
        ("25006", Outage.READ_ONLY),
        ("55P03", Outage.BUSY),
        ("57014", Outage.BUSY),
        ("25P03", Outage.BUSY),
        ("40P01", Outage.BUSY),
        ("40001", Outage.BUSY),
        ("53300", Outage.BUSY),
        ("57P01", Outage.AWAY),
        ("57P03", Outage.AWAY),
        ("08006", Outage.AWAY),
        ("25P02", None),
        ("XX000", None),
    ],
)
def test_postgresql_says_by_a_code_what_it_is(state, outage):
    assert outage_of(of_postgresql(state)) is outage


@pytest.mark.parametrize(
    ("name", "outage"),
    [
        ("SQLITE_READONLY_DBMOVED", Outage.READ_ONLY),
        ("SQLITE_BUSY", Outage.BUSY),
        ("SQLITE_CANTOPEN", Outage.AWAY),
    ],
)
def test_so_does_sqlite(name, outage):
    assert outage_of(of_sqlite(name)) is outage


@pytest.mark.parametrize("error", [OperationalError("the pool has none"), InterfaceError("closed")])
def test_who_says_nothing_is_away(error):
    assert outage_of(error) is Outage.AWAY


@pytest.mark.parametrize("error", [DataError(), IntegrityError(), InternalError(), RuntimeError()])
def test_what_is_somebodys_fault_is_no_outage(error):
    assert outage_of(error) is None


def test_only_what_gave_way_is_worth_the_same_again():
    assert gave_way(of_postgresql("40P01"))
    assert not gave_way(of_postgresql("55P03"))
