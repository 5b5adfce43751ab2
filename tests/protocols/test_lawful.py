"""The database holds to the same table of moves as the code."""

import importlib

import pytest
from django.db import IntegrityError, connection, transaction

from protocols import lifecycle
from protocols.models import ProtocolRun, Step
from tests.protocols.samples import opened, reported

lawful = importlib.import_module("protocols.migrations.0002_lawful")
gone = importlib.import_module("protocols.migrations.0005_gone")
TABLES = (
    (lifecycle.RUN_MOVES, lawful.RUN),
    (lifecycle.STEP_MOVES, lawful.STEP),
    (lifecycle.OFFER_MOVES, lawful.OFFER),
)


@pytest.mark.parametrize(("moves", "table"), TABLES)
def test_the_triggers_are_made_of_the_same_moves(moves, table):
    written = {before: frozenset(after.split()) for before, after in lawful.MOVES[table].items()}
    assert {before: after for before, after in moves.items() if after} == written


@pytest.mark.django_db
def test_no_migration_has_lost_a_trigger():
    of_sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    of_postgresql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(of_sqlite if connection.vendor == "sqlite" else of_postgresql)
        found = {name for (name,) in cursor.fetchall()}
    assert {name for name, _, _ in lawful.refusals("IS NOT")} <= found
    assert {f"{table}_gone" for table in gone.TABLES} <= found


@pytest.mark.django_db
@pytest.mark.usefixtures("protocol")
@pytest.mark.parametrize("state", ["waiting", "completed"])
def test_the_database_refuses_what_may_not_follow(state):
    run = opened()
    reported(run, 1)  # it is active by that
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolRun.objects.filter(pk=run.pk).update(state=state)  # completed without its end, too
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.filter(run=run, number=1).update(state="skipped")
