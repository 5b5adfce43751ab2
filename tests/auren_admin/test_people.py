"""People's accounts: whoever leaves is deactivated, and history names them for ever."""

from datetime import date
from importlib import import_module
from ipaddress import ip_network
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import CASCADE
from django.utils import timezone

from bindings.models import Waiver
from jobs.models import Job
from kpis.models import KeptLogEntry, RegistrySettings, Revision
from releases.models import WebHook
from telemetry.models import Erasure
from tests.conftest import signed_in
from tests.form_filling import fill_in
from tests.kpis.conftest import make, registry  # noqa: F401 - fixture

TODAY = date(2026, 11, 30)
NAMELESS = {
    "admin.LogEntry.user": "kept under the name as KeptLogEntry",
    "kpis.Upload.author": "a draft of an import, gone within hours",
}
"""References to accounts that need no name beside them, and why."""


@pytest.fixture
def root(db):
    return signed_in(User.objects.create_superuser("root"))


@pytest.fixture
def ben(db):
    return User.objects.create_superuser("ben", first_name="Ben", last_name="Braun")


def delete(root, person):
    answer = fill_in(root, f"/admin/auth/user/{person.pk}/delete/")
    assert answer.status_code == 302, answer.text
    assert not User.objects.filter(pk=person.pk).exists()


def test_history_names_whoever_did_it_when_their_account_is_gone(root, ben, registry):  # noqa: F811 - the fixture
    kpi = make()
    answer = fill_in(signed_in(ben), f"/admin/kpis/kpi/{kpi.pk}/change/", title="Another")
    assert answer.status_code == 302
    answer = fill_in(signed_in(ben), "/admin/kpis/registrysettings/1/change/", last_updated="2026-11-01")
    assert answer.status_code == 302
    delete(root, ben)
    assert Revision.objects.values_list("author_name", flat=True)[0] == "Ben Braun"
    for page in (f"/admin/kpis/kpi/{kpi.pk}/history/", "/admin/kpis/registrysettings/1/history/"):
        assert "Ben Braun" in root.get(page).text, page


def test_jobs_waivers_webhooks_and_erasures_name_whoever_asked_when_their_account_is_gone(
    root, ben, settings
):
    settings.WEBHOOK_ALLOW = [ip_network("192.0.2.0/24")]
    hers = signed_in(ben)
    hers.post("/admin/bindings/validationreport/run/")
    waiver = {"rule": "KPI016", "subject_name": "hrv", "reason": "Known.", "owner": "Ines"}
    hers.post("/admin/bindings/waiver/add/", waiver | {"expires": f"{timezone.localdate()}"})
    hook = {"name": "bot", "url": "https://192.0.2.1/", "events": ["report.made"]}
    hers.post("/admin/releases/webhook/add/", hook)
    hers.post("/admin/telemetry/erasure/add/", {"user_id": "u-1", "again": "u-1"})
    delete(root, ben)
    made: tuple[Any, ...] = (Job, Waiver, WebHook, Erasure)
    for model in made:
        assert set(model.objects.values_list("author", "author_name")) == {(None, "Ben Braun")}, model
    for page in ("jobs/job", "bindings/waiver", "releases/webhook", "telemetry/erasure"):
        assert "Ben Braun" in root.get(f"/admin/{page}/").text, page


BEFORE = {
    "jobs.migrations.0002_author_names": Job(kind="validation_report"),
    "bindings.migrations.0014_author_names": Waiver(
        rule="KPI016", subject_kind="kpi", reason="Known.", owner="Ines", expires=TODAY
    ),
    "releases.migrations.0006_author_names": WebHook(name="bot", url="https://192.0.2.1/"),
}


@pytest.mark.parametrize(("migration", "row"), BEFORE.items())
def test_rows_from_before_there_was_a_name_get_it(ben, migration, row):
    row.pk, row.author = None, ben
    row.save(force_insert=True)
    import_module(migration).name_authors(apps, connection.schema_editor())
    row.refresh_from_db()
    assert row.author_name == "Ben Braun"


def test_every_line_of_the_log_is_kept_whoever_deletes_the_account(ben, registry):  # noqa: F811 - the fixture
    settings = RegistrySettings.objects.get_or_create(pk=1)[0]
    for turn in range(3):
        LogEntry.objects.log_actions(ben.pk, [settings], CHANGE, f"Turn {turn}.", single_object=True)
    User.objects.filter(pk=ben.pk).delete()
    assert not LogEntry.objects.exists()
    kept = KeptLogEntry.objects.values_list("user_name", "change_message")
    assert list(kept) == [("Ben Braun", f"Turn {turn}.") for turn in range(3)]


def test_the_page_that_deletes_offers_to_deactivate_first(root, ben):
    page = root.get(f"/admin/auth/user/{ben.pk}/delete/").text
    assert page.index("Deactivate it instead?") < page.index('value="Delete"')
    root.post(f"/admin/auth/user/{ben.pk}/deactivate/")
    ben.refresh_from_db()
    assert not ben.is_active
    assert LogEntry.objects.get().change_message == "Deactivated."


def test_the_list_offers_to_deactivate_before_it_offers_to_delete(root, ben):
    page = root.get("/admin/auth/user/").text
    assert page.index('value="deactivate"') < page.index('value="delete_selected"')
    data = {"action": "deactivate", "_selected_action": [ben.pk, User.objects.get(username="root").pk]}
    root.post("/admin/auth/user/", data)
    assert list(User.objects.filter(is_active=True).values_list("username", flat=True)) == ["root"]


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_signing_in_with_a_refused_way_back_leads_to_the_first_page(db, client, address):
    User.objects.create_superuser("ada", password="password")  # noqa: S106 - made up
    data = {"username": "ada", "password": "password", "next": address}
    answer = client.post("/admin/login/", data, follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert answer.status_code == 200


def test_who_may_not_change_accounts_deactivates_none(ben):
    one = signed_in(User.objects.create_user("one", is_staff=True))
    assert one.post(f"/admin/auth/user/{ben.pk}/deactivate/").status_code == 403
    ben.refresh_from_db()
    assert ben.is_active


def test_a_reference_to_an_account_has_the_name_beside_it():
    """A history whose author becomes nobody, or that goes with the account, says no longer who did what."""
    found: list[tuple[str, Any, Any]] = [
        (f"{model._meta.label}.{field.name}", model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.many_to_one and not field.auto_created and field.related_model is User
    ]
    assert len(found) > 8
    for label, model, field in found:
        if label not in NAMELESS:
            assert field.remote_field.on_delete is not CASCADE, label
            assert model._meta.get_field(f"{field.name}_name"), label
