"""A world with something of everything in it, and the people and programs in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from bindings.background import ask_for_report
from bindings.identities import identity_of
from bindings.models import ActionKind, Agent, ApiToken, Scope, ValidationReport, Waiver
from contracts.documents import write_registry
from jobs.runner import run_due
from kpis.models import RegistrySettings, SeenFiles, Unit, Upload, ValidationRule
from protocols.lifecycle import StepState
from protocols.models import ProtocolRun, Step
from protocols.services.pausing import pause
from protocols.services.reporting import Report, report_undeclared
from releases.models import Channel, PreparedCopy, Release, WebHook
from releases.services import publish, say, working_copy
from telemetry import contracts_now
from telemetry.ingest import clock
from telemetry.models import Subject
from tests.conftest import signed_in
from tests.releases.samples import add_agent, add_kpi, edit

PEOPLE = ("viewer", "editor", "publisher", "superuser")
ROLES = ("anonymous", *PEOPLE, "service", "system", "agent")
"""`service` is a token with every scope that a publisher holds; `system` one of nobody's; `agent` one of NEUROS."""
TABLES = ("kpis", "bindings", "releases", "telemetry", "protocols", "jobs")


@dataclass
class World:
    """Who is there, and what. No token notes its use: it is known to the minute, and this takes less than an hour."""

    people: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, ApiToken] = field(default_factory=dict)
    uploads: dict[str, dict[str, int]] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)

    @property
    def root(self) -> Client:
        """Who may do everything."""
        return self.clients["superuser"]


def make_world() -> World:
    """Three releases, production on the last, and a working copy that is ahead of it."""
    RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
    world = World()
    _let_in(world)
    for name in ("hrv_rmssd", "hrv_spare", "hrv_sdnn"):
        add_kpi(name)
    Unit.objects.create(code="spoons", title="spoons", symbol="sp")
    for name, *watched in (("NEUROS", "hrv_rmssd"), ("SOMNOS", "hrv_sdnn"), ("CARDIOS",)):
        add_agent(name, *watched)
    ActionKind.objects.create(name="rest_today", title="Rest today", agents=["NEUROS"], reversible=True)
    reviewer = User.objects.create_user("reviewer", is_staff=True)

    def release() -> Release:
        done = publish(author=world.people["superuser"], message="Because.", accepted="Known.")
        say(release=done.release, person=reviewer, verdict="approved", note="") if done.waits else None
        return done.release

    release()
    ValidationRule.objects.create(settings_id=1, field="name", required=True)
    release()
    edit("< 22")
    Channel.objects.filter(name="production").update(release=release())
    _with_tokens(world)
    Channel.objects.create(name="staging")
    WebHook.objects.create(name="bot", url="https://example.org/hook", events=["report.made"])
    until = timezone.localdate() + timedelta(days=5)
    Waiver.objects.create(
        rule="KPI016",
        subject_kind="kpi",
        subject_name="hrv_rmssd",
        reason="Known.",
        owner="Ines",
        expires=until,
    )
    ask_for_report(trigger=ValidationReport.Trigger.API)
    run_due()
    edit("< 21")
    _with_uploads(world)
    _with_runs(world)
    return world


def _let_in(world: World) -> None:
    world.clients["anonymous"] = Client()
    for name in PEOPLE:
        person = User.objects.create_user(name, is_staff=True, is_superuser=name == "superuser")
        person.groups.set(Group.objects.filter(name=name))
        world.people[name], world.clients[name] = person, signed_in(person)


def _with_tokens(world: World) -> None:
    neuros, holder = Agent.objects.get(name="NEUROS"), world.people["publisher"]
    for name, agent, person in (
        ("service", None, holder), ("system", None, None), ("agent", neuros, holder), ("eraser", None, holder),
        ("reader", None, holder),
    ):  # fmt: skip
        scopes = ["registry:read"] if name == "reader" else list(Scope.values)
        token = ApiToken(name=name, scopes=scopes, last_used=timezone.now() + timedelta(hours=1))
        token.agent = identity_of(agent) if agent else None
        token.expires = timezone.now() + timedelta(days=2)
        if person:
            token.held_by(person)
        secret = token.new_secret()
        token.save()
        world.tokens[name] = token
        world.clients[name] = Client(headers={"authorization": f"Bearer {secret}"})


def _with_uploads(world: World) -> None:
    registry = working_copy().registry
    first, *others = registry.kpis
    kpis = [first.model_copy(update={"title": "Another"}), *others]
    without_spare = [kpi for kpi in registry.kpis if kpi.name != "hrv_spare"]
    changes: dict[str, dict[str, Any]] = {
        "a KPI": {"kpis": kpis},
        "no rules": {"validation_rules": []},
        "fewer KPIs": {"kpis": without_spare},
    }
    for what, parts in changes.items():
        files = {"kpi_registry.yaml": write_registry(registry.model_copy(update=parts))}
        world.uploads[what] = {
            name: Upload.objects.create(author=person, files=files).pk
            for name, person in world.people.items()
        }


def _with_runs(world: World) -> None:
    """A run of each of two agents, one of which asks the other, and a pause. Nothing is measured for it, since what is
    measured has jobs of its own."""
    now, somebody = clock(), Subject.objects.create(user_id="u-9")
    for agent, kpi in (("NEUROS", "hrv_rmssd"), ("SOMNOS", "hrv_sdnn")):
        run = ProtocolRun.objects.create(
            agent=agent, kpi=kpi, subject=somebody, severity=3, release=3, opened=now, recorded=now
        )
        Step.objects.create(run=run, number=1, name="rest_today", severity=3, release=3, added=now)
        world.runs[agent] = run.pk
    contracts_now.forget()
    asking = Report(StepState.STARTED, note="What do you see?")
    report_undeclared(world.runs["SOMNOS"], "NEUROS", asking, agent="SOMNOS", now=now, hand_off=True)
    world.runs["asked"] = ProtocolRun.objects.get(agent="NEUROS", state="offered").pk
    world.runs["pause"] = pause("CARDIOS", reason_code="planned", user=None, now=now).pk


WORKED_OUT = {PreparedCopy, SeenFiles}
"""What is worked out of other rows whenever it is wanted and not there, whoever asks: nobody changes anything by it."""


def readers() -> list[str]:
    """What reads all rows there are, of ours and of people: in SQL, because it is done hundreds of times."""
    models = [
        model
        for app in TABLES
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model not in WORKED_OUT
    ]
    models += [User.groups.through, User.user_permissions.through]
    names = ", ".join(f'"{one.column}"' for one in User._meta.concrete_fields if one.name != "last_login")
    found = [f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1' for model in models]  # noqa: S608 - names of ours
    return [*found, f'SELECT {names} FROM "{User._meta.db_table}" ORDER BY 1']  # noqa: S608


def state() -> list[Any]:
    """All rows there are, table by table."""
    found = []
    with connection.cursor() as cursor:
        for sql in readers():
            cursor.execute(sql)
            found.append(cursor.fetchall())
    return found
