"""What every test may use: three people, and a client signed in as each."""

import os

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client


def pytest_collection_modifyitems(config, items):
    """Without PostgreSQL its tests are skipped."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    skip = pytest.mark.skip(reason="DATABASE_URL names no PostgreSQL")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI=true, skipping a browser or PostgreSQL test is a failure: nobody would notice it missing."""
    report = yield
    needed = {"browser", "postgres"} & set(item.keywords)
    if report.skipped and needed and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow a {needed.pop()} test: {report.longrepr}"
    return report


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
