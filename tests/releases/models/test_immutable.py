"""What the database itself refuses, on either engine, whoever asks."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from releases import services
from releases.models import Approval, Channel, ChannelMove, Release, ReleasePart
from tests.releases.samples import edit, publish

pytestmark = pytest.mark.django_db
MAY_CHANGE = {Release: {"state", "author_id"}, Approval: {"person_id"}, ChannelMove: {"by_id"}}
CHANGED: dict[str, int | str] = {
    "BigAutoField": 99,
    "PositiveIntegerField": 99,
    "BigIntegerField": 99,
    "JSONField": '["other"]',
    "DateTimeField": "2020-01-01",
}
COLUMNS = [
    (model, field)
    for model, free in MAY_CHANGE.items()
    for field in model._meta.concrete_fields
    if field.column not in free
]


@pytest.fixture
def rows(first, author, reviewer):
    """A row of each kind, with its person."""
    edit("< 25")
    release = publish(author=author).release
    services.say(release=release, person=reviewer, verdict="approved")
    return release


def refused(sql: str, *values: int | str | None) -> None:
    with pytest.raises(IntegrityError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(("model", "field"), COLUMNS, ids=[f"{m.__name__}-{f.name}" for m, f in COLUMNS])
def test_no_column_changes(rows, model, field):
    newest = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
    value = None if field.is_relation else CHANGED.get(field.get_internal_type(), "other")
    value = newest + 1 if field.primary_key else value  # the database counts on from test to test
    refused(f"UPDATE {model._meta.db_table} SET {field.column} = %s WHERE id = %s", value, newest)  # noqa: S608


@pytest.mark.parametrize("model", MAY_CHANGE)
def test_nothing_is_deleted(rows, model):
    refused(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


@pytest.mark.parametrize("model", MAY_CHANGE)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can replace a row")
def test_nothing_is_replaced(rows, model):
    table = model._meta.db_table
    refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL can truncate")
@pytest.mark.parametrize("model", MAY_CHANGE)
def test_no_table_is_emptied(rows, model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # nothing is left to be checked, which would be in the way
    refused(f"TRUNCATE {model._meta.db_table} CASCADE")


PARTS = {
    "changed": "UPDATE releases_releasepart SET packed = '1'",
    "renamed": "UPDATE releases_releasepart SET digest = 'x'",
    "deleted": "DELETE FROM releases_releasepart",
}


@pytest.mark.parametrize("sql", PARTS.values(), ids=PARTS)
def test_a_part_of_a_release_stays(rows, sql):
    assert ReleasePart.objects.exists()
    refused(sql)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can replace a row")
def test_a_part_is_not_replaced(rows):
    refused("INSERT OR REPLACE INTO releases_releasepart SELECT * FROM releases_releasepart")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL can truncate")
def test_parts_are_not_truncated(rows):
    refused("TRUNCATE releases_releasepart")


@pytest.mark.parametrize(
    ("model", "column"), [(Release, "author_id"), (Approval, "person_id"), (ChannelMove, "by_id")]
)
def test_a_person_is_forgotten_and_never_replaced(rows, stranger, author, reviewer, model, column):
    refused(f"UPDATE {model._meta.db_table} SET {column} = %s", stranger.pk)  # noqa: S608
    author.delete()
    reviewer.delete()
    assert not model.objects.exclude(**{column: None}).exists()


def test_only_the_state_of_a_release_changes(rows):
    assert Release.objects.update(state="superseded") == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(state="odd")


def test_a_channel_with_a_history_stays(rows):
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.get(name="production").delete()


@pytest.mark.parametrize(
    ("group", "may", "may_not"),
    [
        ("viewer", {"view_release", "view_approval", "view_channelmove"}, {"add_release", "add_approval"}),
        ("editor", {"view_release", "view_following"}, {"add_release", "change_channel"}),
        ("publisher", {"add_release", "add_approval", "change_channel", "add_following"}, {"delete_release"}),
    ],
)
def test_groups_may_do_what_they_are_for(db, group, may, may_not):
    codes = set(
        Group.objects.get(name=group)
        .permissions.filter(content_type__app_label="releases")
        .values_list("codename", flat=True)
    )
    assert may <= codes
    assert not may_not & codes
