"""What every test may use: three people, and a client signed in as each."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client

TRIGGERS = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT DISTINCT 'ALTER TABLE ' || tgrelid::regclass || ' DISABLE TRIGGER USER',
        'ALTER TABLE ' || tgrelid::regclass || ' ENABLE TRIGGER USER' FROM pg_trigger WHERE NOT tgisinternal""",
}


def pytest_addoption(parser):
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only tests that use the database: another changes no others",
    )


def uses_database(item):
    return {"db", "transactional_db"} & set(item.fixturenames) or {"django_db", "postgres"} & set(
        item.keywords
    )


def has_transactions(item):
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or (marker and marker.kwargs.get("transaction"))


def pytest_collection_modifyitems(config, items):
    """Without PostgreSQL its tests are skipped. Those with transactions begin with what migrations put there."""
    for item in filter(has_transactions, items):
        given = item.get_closest_marker("django_db")
        # The marker and not the fixture: that is not looked for in tests that are marked when a database is made.
        parts = {"transaction": True, "serialized_rollback": True} | (given.kwargs if given else {})
        item.add_marker(pytest.mark.django_db(**parts), append=False)
    if config.getoption("database_only"):
        left_out = [item for item in items if not uses_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if uses_database(item)]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    skip = pytest.mark.skip(reason="DATABASE_URL names no PostgreSQL")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(skip)


def pytest_collection_finish(session):
    """What was imported by now stays: the collector need not look at it again during every test."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI=true, skipping a test of a browser, PostgreSQL, Prometheus or Grafana is a failure."""
    report = yield
    needed = {"browser", "grafana", "monitoring", "postgres"} & set(item.keywords)
    if report.skipped and needed and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow a {needed.pop()} test: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def database_may_be_emptied() -> Iterator[None]:
    """After a test with transactions of its own everything is deleted, releases too, which triggers refuse."""
    operations = type(connection.ops)
    flush = operations.sql_flush

    def sql_flush(self: Any, *args: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(TRIGGERS[self.connection.vendor])
            off_and_on = cursor.fetchall()
        statements = flush(self, *args, **options)
        return [off for off, _ in off_and_on] + statements + [on for _, on in off_and_on]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield


@pytest.fixture
def editor(db) -> User:
    """Works in the admin and may change everything in the registry."""
    person = User.objects.create_user("editor", password="editor", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(content_type__app_label="kpis"))
    return person


@pytest.fixture
def viewer(db) -> User:
    """Works in the admin and may only look."""
    person = User.objects.create_user("viewer", password="viewer", is_staff=True)
    seeing = Permission.objects.filter(content_type__app_label="kpis", codename__startswith="view_")
    person.user_permissions.set(seeing)
    return person


@pytest.fixture
def stranger(db) -> User:
    """Has an account, but no business in the admin."""
    return User.objects.create_user("stranger", password="stranger")


@pytest.fixture
def editor_client(editor) -> Client:
    return signed_in(editor)


@pytest.fixture
def viewer_client(viewer) -> Client:
    return signed_in(viewer)


@pytest.fixture
def stranger_client(stranger) -> Client:
    return signed_in(stranger)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client
