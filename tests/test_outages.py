"""A database that is read-only or away is told in words at every door, with when to come again; reading goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from bindings.models import ApiToken
from kpis.models import KPI, RegistrySettings
from rest import patience
from tests.conftest import signed_in
from tests.freezing import Freezing
from tests.kpis.conftest import form_data, make
from tests.releases.samples import publish
from tests.rest.calls import call

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SCOPES = [
    "registry:read",
    "registry:write",
    "releases:write",
    "observations:write",
    "metrics:read",
    "bindings:read",
    "runs:write",
]
READ_ONLY, AWAY = (
    "The database is read-only for the moment: nothing can be changed",
    "The database does not answer",
)
LISTS = [f"admin:{one._meta.app_label}_{one._meta.model_name}_changelist" for one in admin.site._registry]


@pytest.fixture
def kpi():
    RegistrySettings.objects.get_or_create(pk=1)
    found = make()
    publish("The first")
    KPI.objects.update(description="Not published, and not judged yet.")
    return found


@pytest.fixture
def person(kpi) -> Client:
    client = signed_in(User.objects.create_superuser("root", password="root"))
    client.raise_request_exception = False
    return client


@pytest.fixture
def program(kpi) -> Client:
    token = ApiToken(name="service", scopes=SCOPES)
    client = Client(headers={"authorization": f"Bearer {token.new_secret()}"}, raise_request_exception=False)
    token.save()
    return client


@pytest.fixture
def read_only(person, program):
    """As after a switch to a standby; what is prepared is prepared before."""
    set_read_only("on")
    yield
    set_read_only("off")


def set_read_only(how):
    with connection.cursor() as cursor:
        cursor.execute(f"SET default_transaction_read_only = {how}")


def assert_later(response, words):
    assert response.status_code == 503, response.content
    assert int(response["Retry-After"]) > 0
    assert words in response.content.decode()


def test_pages_that_only_show_are_shown_while_nothing_can_be_written(person, kpi, read_only):
    pages = [reverse(name) for name in ("admin:index", "admin:bindings_agent_map", *LISTS)]
    pages += [reverse("admin:kpis_kpi_change", args=[kpi.pk]), reverse("admin:kpis_kpi_changes")]
    pages += [reverse("admin:releases_release_change", args=[1]), reverse("admin:releases_release_publish")]
    told = {page: person.get(page).status_code for page in pages}
    assert {page: code for page, code in told.items() if code not in (200, 302)} == {}


def test_a_page_that_saves_says_in_words_that_nothing_can_be_changed(person, kpi, read_only):
    assert_later(person.post(reverse("admin:kpis_kpi_change", args=[kpi.pk]), form_data(kpi)), READ_ONLY)
    assert_later(person.post(reverse("admin:bindings_validationreport_run")), READ_ONLY)
    anybody = Client(raise_request_exception=False)
    who = {"username": "root", "password": "root"}  # pragma: allowlist secret
    assert_later(anybody.post("/admin/login/", who), READ_ONLY)


def test_a_program_reads_while_nothing_can_be_written(program, read_only):
    for path in ("kpis/", "kpis/hrv_rmssd/", "agents/", "releases/", "registry"):
        assert call(program, "GET", path).status_code == 200, path
    assert program.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "kpis/hrv_rmssd/", {"title": "Another"}),
        ("DELETE", "kpis/hrv_rmssd/", None),
        ("POST", "releases/", {"message": "Another"}),
        (
            "POST",
            "observations",
            [{"kpi": "hrv_rmssd", "value": 50, "user_id": "u", "at": "2026-01-01T00:00:00Z"}],
        ),
    ],
)
def test_a_program_that_writes_is_told_to_come_again(program, read_only, method, path, body):
    answer = call(program, method, path, body, if_match="*")
    assert_later(answer, "The database is read-only")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.fixture
def elsewhere(person, program, monkeypatch):
    """Have everything ask for the database at another port."""

    def go(port):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
        monkeypatch.setitem(connection.settings_dict, "PORT", str(port))

    yield go
    monkeypatch.undo()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture
def away(elsewhere):
    elsewhere(1)


@pytest.fixture
def frozen(elsewhere):
    settings = connection.settings_dict
    way = Freezing(settings["HOST"] or "127.0.0.1", int(settings["PORT"] or 5432))
    elsewhere(way.port)
    connection.ensure_connection()
    way.frozen.set()
    yield
    way.frozen.clear()
    way.close()


@contextmanager
def soon() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 3


DOORS = [
    ("GET", "/admin/kpis/kpi/", AWAY),
    ("POST", "/admin/login/", AWAY),
    ("GET", "/api/v1/kpis/", AWAY),
    ("POST", "/api/v1/observations", AWAY),
    ("GET", "/api/v1/agents/NEUROS/inbox", AWAY),
    ("GET", "/api/v1/runs/", AWAY),
    ("POST", "/api/v1/runs/1/steps/1", AWAY),
    ("POST", "/api/v1/pauses/", AWAY),
    ("GET", "/api/v1/registry", AWAY),
    ("GET", "/metrics", AWAY),
]


@pytest.mark.parametrize("how", ["away", "frozen"])
def test_every_door_says_soon_and_in_words_that_there_is_no_database(
    request, person, program, how, monkeypatch
):
    request.getfixturevalue(how)
    monkeypatch.setattr(patience, "_of_process", 2.0)
    for method, path, words in DOORS:
        client = person if "admin" in path else program
        with soon():
            answer = client.generic(
                method, path, b"username=root&password=root", "application/x-www-form-urlencoded"
            )
        assert_later(answer, words)
    with soon():
        assert program.get("/livez").status_code == 200
    with soon():
        assert program.get("/readyz").status_code == 503
