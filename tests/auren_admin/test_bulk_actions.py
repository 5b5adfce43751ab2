"""Every bulk action of every list, on ten thousand rows: at once where that is quick, else by a job with progress."""

import re
from datetime import date
from time import process_time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import RequestFactory

from bindings.models import ActionKind, ApiToken, Waiver
from jobs.models import Job
from jobs.runner import run_due
from kpis import bulk
from kpis.models import Unit
from releases.models import Delivery, WebHook
from tests.conftest import signed_in

ROWS = 10_000
AT_ONCE = 2.0
"""Seconds that an answer may take; ours took at most 1.7 where they are not left to a job."""
MACHINES = 3
"""How much slower a machine that runs these tests may be."""
ACTIONS = [
    ("kpis/unit", "delete_selected", "deleted 10037 units"),
    ("bindings/actionkind", "delete_selected", "deleted 5000 catalogue actions"),
    ("auth/user", "deactivate", "u1014 and 9,980 more"),
    ("auth/user", "delete_selected", "10000 deleted"),
    ("auth/group", "delete_selected", "deleted 1000"),
    ("jobs/job", "run_again", "10000 jobs queued again"),
    ("jobs/job", "cancel", "10000 jobs cancelled"),
    ("jobs/job", "delete_selected", "deleted 10000 jobs"),
    ("bindings/apitoken", "revoke_all", "t19 and 9,980 more"),
    ("bindings/apitoken", "delete_selected", "deleted 10000 tokens"),
    ("bindings/waiver", "delete_selected", "deleted 5000 waivers"),
    ("releases/delivery", "send_all_again", "10000 queued again"),
]
ELSEWHERE = {
    "kpis.KPI": "tests/kpis/admin/test_bulk.py",
    "bindings.Agent": "tests/kpis/admin/test_bulk.py shows the same means",
    "releases.WebHook": "there are at most 50",
}


@pytest.fixture
def root(db):
    return signed_in(User.objects.create_superuser("root"))


def make_rows(path: str, action: str, count: int) -> None:
    numbers = range(count)
    if path == "releases/delivery":
        hook = WebHook.objects.create(name="bot", url="https://hooks.example.org/", events=["report.made"])
        Delivery.objects.bulk_create(
            Delivery(hook=hook, event="report.made", body="{}", state="failed", message_id=f"m{n}")
            for n in numbers
        )
    state = "done" if action == "run_again" else "queued"
    made: dict[str, tuple[type[Model], Any]] = {
        "kpis/unit": (Unit, lambda n: {"code": f"unit_{n}"}),
        "bindings/actionkind": (ActionKind, lambda n: {"name": f"action_{n}"}),
        "auth/user": (User, lambda n: {"username": f"u{n}"}),
        "auth/group": (Group, lambda n: {"name": f"g{n}"}),
        "jobs/job": (
            Job,
            lambda n: {"kind": "validation_report", "state": state, "payload": {"trigger": "manual"}},
        ),
        "bindings/apitoken": (
            ApiToken,
            lambda n: {"name": f"t{n}", "key": f"k{n}", "digest": "x", "scopes": ["registry:read"]},
        ),
        "bindings/waiver": (
            Waiver,
            lambda n: {
                "rule": "KPI016", "subject_kind": "kpi", "subject_name": f"k{n}", "reason": "Known.",
                "owner": "Ines", "expires": date(2026, 12, 30),
            },
        ),
    }  # fmt: skip
    if path in made:
        model, fields = made[path]
        model._default_manager.bulk_create(model(**fields(n)) for n in numbers)


def act(client: Any, path: str, action: str) -> str:
    """Do it to all there are, as its person does by the link above the list, and read what became of it."""
    address = f"/admin/{path}/"
    first = re.findall(r'name="_selected_action" value="(\d+)"', client.get(address).text)[0]
    sent = {"action": action, "_selected_action": [first], "select_across": "1", "index": "0"}
    answer = timed(client, address, sent)
    if answer.status_code == 200:
        sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
        answer = timed(client, address, sent)
    assert answer.status_code == 302, answer.text
    if "/bulk/" in answer["Location"]:
        assert "Waiting for a worker" in client.get(answer["Location"]).text
        run_due()
    page: str = client.get(answer["Location"]).text
    return page


def timed(client: Any, address: str, sent: dict[str, Any]) -> Any:
    begin = process_time()
    answer = client.post(address, sent)
    assert process_time() - begin < AT_ONCE * MACHINES, (address, sent["action"])
    return answer


@pytest.mark.slow
@pytest.mark.parametrize(("path", "action", "said"), ACTIONS)
def test_ten_thousand_rows(root, path, action, said):
    make_rows(path, action, 5_000 if path in ("bindings/waiver", "bindings/actionkind") else ROWS)
    assert said in act(root, path, action)


def test_no_bulk_action_is_left_out(rf: RequestFactory, root):
    request = rf.get("/")
    request.user = User.objects.get(username="root")
    tried = {(path, action) for path, action, _ in ACTIONS}
    for model, its_admin in admin.site._registry.items():
        for action in its_admin.get_actions(request):
            meta = model._meta
            assert meta.label in ELSEWHERE or (f"{meta.app_label}/{meta.model_name}", action) in tried


def test_many_accounts_are_deleted_by_a_job_that_spares_ones_own(root, monkeypatch):
    for module in ("kpis.bulk", "kpis.admin.bulk"):
        monkeypatch.setattr(f"{module}.AT_ONCE", 2)
    make_rows("auth/user", "delete_selected", 5)
    page = act(root, "auth/user", "delete_selected")
    assert "5 deleted" in page
    assert "root is your own account" in page
    assert list(User.objects.values_list("username", flat=True)) == ["root"]
    assert set(LogEntry.objects.values_list("object_repr", "user__username")) == {
        (f"u{n}", "root") for n in range(5)
    }


def test_whoever_may_not_delete_accounts_any_more_deletes_none(root, editor):
    job = bulk.start(name="user.delete", ids=[User.objects.get(username="root").pk], author=editor)
    run_due()
    job.refresh_from_db()
    assert (job.state, User.objects.filter(username="root").exists()) == ("failed", True)


def test_many_messages_are_sent_again_by_a_job(root, monkeypatch):
    monkeypatch.setattr("kpis.admin.bulk.AT_ONCE", 2)
    make_rows("releases/delivery", "send_all_again", 3)
    assert "3 queued again" in act(root, "releases/delivery", "send_all_again")
    assert Job.objects.filter(kind="webhook").count() == 3


def test_the_log_has_every_token_that_was_revoked_at_once(root):
    make_rows("bindings/apitoken", "revoke_all", 3)
    assert "Revoked: t0, t1, t2." in act(root, "bindings/apitoken", "revoke_all")
    log = LogEntry.objects.filter(change_message="Revoked.").values_list("object_repr", flat=True)
    assert sorted(log) == ["token t0", "token t1", "token t2"]
