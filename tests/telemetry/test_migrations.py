"""What migrations leave of the tables of telemetry."""

import importlib

import pytest
from django.db import connection
from django.db.models import Model

from telemetry.models import Series, Standing, Transition

pytestmark = pytest.mark.django_db
migration = importlib.import_module("telemetry.migrations.0010_one_index_for_a_person")


def of_the_person(model: type[Model]) -> list[tuple[str, ...]]:
    """The indexes of a table that begin with the person."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
    return sorted(tuple(one["columns"]) for one in found if one["index"] or one["unique"])


@pytest.mark.parametrize("model", [Series, Standing, Transition])
def test_there_is_one_index_for_a_person(model):
    found = [columns for columns in of_the_person(model) if columns[0] == "subject_id"]
    assert len(found) == 1
    assert len(found[0]) > 1


@pytest.mark.parametrize("operation", migration.Migration.operations)
def test_going_back_makes_the_other_again_and_can_be_done_twice(operation):
    (change,) = operation.database_operations
    with connection.cursor() as cursor:
        for sql in (change.reverse_sql, change.reverse_sql, change.sql, change.sql):
            cursor.execute(sql)
