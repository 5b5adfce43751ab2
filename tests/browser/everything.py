"""A site with something of every kind in it, and the address of every page that it then has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import models
from django.test import Client
from django.utils import timezone

from bindings.action_catalogue import replace_action
from bindings.background import ask_for_report
from bindings.models import ActionKind, ApiToken, Binding, ValidationReport, Waiver
from bindings.reports.keeping import entries_in
from contracts.documents import ActionKindDocument, write_registry
from jobs.database_clock import database_clock
from jobs.models import Job
from jobs.runner import run_due
from kpis.bulk import BULK_CHANGE, start
from kpis.models import Upload, ValidationRule
from protocols.models import ProtocolRun
from protocols.services.pausing import pause
from releases.models import Channel, WebHook
from releases.services import publish, working_copy
from releases.webhooks.delivering import tell
from telemetry.erasure import erase
from telemetry.models import Standing
from tests.addresses import walk
from tests.releases.samples import edit

BACKTEST = "/admin/telemetry/standing/backtest/"
ASKED = {
    "kpi": "hrv_rmssd",
    "agent": "NEUROS",
    "severity": "critical",
    "condition": "< 46",
    "for_": "",
    "days": "30",
}


def fill(person: User) -> None:
    """Add one of everything to a site whose contract is released and measured."""
    Group.objects.create(name="nurses")
    Channel.objects.create(name="staging")
    ValidationRule.objects.create(settings_id=1, field="name", required=True)
    less = {"title": "Train less", "agents": ["NEUROS"], "reversible": True}
    replace_action(
        action=ActionKind(), name="reduce_training_intensity", document=ActionKindDocument.model_validate(less),
        author=person, source="admin",
    )  # fmt: skip
    hook = WebHook.objects.create(name="deploy-bot", url="https://example.org/hook", events=["report.made"])
    tell(hook, "test", {})
    token = ApiToken(name="neuros-test", scopes=["registry:read"])
    token.held_by(person)
    token.new_secret()
    token.save()
    erase("nobody-at-all", author=person)
    edit("< 24")
    publish(author=person, message="Because.", accepted="Known.")
    edit("< 60")
    Waiver.objects.create(
        rule="KPI016", subject_kind="kpi", subject_name="hrv_rmssd", reason="Known.", owner="Ines",
        expires=timezone.localdate() + timedelta(days=5),
    )  # fmt: skip
    registry = working_copy().registry
    first, *others = registry.kpis
    changed = registry.model_copy(update={"kpis": [first.model_copy(update={"title": "Another"}), *others]})
    Upload.objects.create(author=person, files={"kpi_registry.yaml": write_registry(changed)})
    ask_for_report(trigger=ValidationReport.Trigger.API)
    run_due()
    edit("< 22")
    pause("NEUROS", reason_code="planned", user=person, now=database_clock.micros())
    ProtocolRun.objects.update(trace="ab" * 16)
    client = Client()
    client.force_login(person)
    start(name="kpi.delete", ids=[], author=person)
    client.post(BACKTEST, {f"backtest-{name}": value for name, value in ASKED.items()})


def pages(client: Client) -> Iterator[str]:
    """Every address that answers with a page, taken from the URL patterns: a new page is among them by itself."""
    missing = []
    for address, pattern in walk(lambda name: f"{{{name}}}"):
        if address.startswith("/admin/") and pattern.name not in (None, "view_on_site"):
            path = _filled(address)
            answer = client.get(path)
            if answer.status_code == 404:
                missing.append(path)
            elif answer.status_code == 200 and b"<html" in answer.content[:200]:
                yield path
    assert not missing, missing


def _filled(address: str) -> str:
    """An address with what there is in place of its arguments."""
    _, _, app, model, *_ = (*address.split("/"), "", "")
    standing = Standing.objects.filter(agent="NEUROS", kpi="hrv_rmssd").first()
    report = ValidationReport.objects.first()
    known = {
        "{agent}": "NEUROS",
        "{kpi}": "hrv_rmssd",
        "{subject}": standing and standing.subject_id,
        "{app_label}": "kpis",
        "{format}": "markdown",
        "{mark}": report and entries_in(report)[0].mark,
        "{name}": "production",
        "{number}": 1,
    }
    if "/card/" in address:
        known |= {"{pk}": Binding.objects.earliest("pk").agent_id, "{number}": 0}
    if "/import/" in address:
        known["{pk}"] = _any(Upload)
    elif "/backtest/" in address:
        known["{pk}"] = Job.objects.filter(kind="backtest").latest("pk").pk
    elif "/bulk/" in address:
        known["{pk}"] = Job.objects.filter(kind=BULK_CHANGE).latest("pk").pk
    for name in ("{pk}", "{object_id}", "{id}"):
        if name in address:
            known.setdefault(name, _any(apps.get_model(app, model)))
    for name, value in known.items():
        address = address.replace(name, str(value))
    return f"{address}?release=1" if address.endswith("/move/") else address


def _any(model: type[models.Model]) -> int:
    first = model._default_manager.order_by("pk").first()
    assert first, f"there is no {model._meta.verbose_name}"
    return int(first.pk)
