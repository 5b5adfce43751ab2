"""Limits at every door: what is at its limit is stored, what is one beyond it is refused there, and said so.

CI runs this file on SQLite and on PostgreSQL.
"""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction
from django.test import RequestFactory
from django.utils import timezone

from bindings.identities import identity_of
from bindings.models import ActionKind, Agent, ApiToken, HandOff, Waiver
from contracts import limits
from contracts.limits import ACTION_KIND_LIMITS, AGENT_LIMITS, BINDING_LIMITS, KPI_LIMITS, LISTS, UNIT_LIMITS
from contracts.yamlwriter import write_yaml
from kpis.models import KPI, RegistrySettings, Unit, ValidationRule
from releases.models import Channel, WebHook
from tests.bindings.api.conftest import agents, bearer, unhurried, writer
from tests.kpis.api.conftest import body
from tests.kpis.conftest import HRV, registry
from tests.rest.calls import call, codes

__all__ = ["agents", "registry", "unhurried", "writer"]
pytestmark = pytest.mark.door

TOO_MUCH = {"too_long", "too_many", "max_length"}
REFERENCES, TAGS = LISTS["a KPI"]["references"], LISTS["an agent"]["tags"]
ACTIONS = LISTS["alerting"]["actions"].items
IMPLEMENTERS = LISTS["an action of the catalogue"]["agents"]


def words(count: int) -> list[str]:
    return [f"w{number}" for number in range(count)]


BODIES: list[tuple[str, str, int, Any]] = [
    ("kpis/", "title", KPI_LIMITS["title"], lambda n: body(name="new", title="a" * n)),
    ("kpis/", "description", KPI_LIMITS["description"], lambda n: body(name="new", description="a" * n)),
    ("kpis/", "missing_data", KPI_LIMITS["missing_data"], lambda n: body(name="new", missing_data="5m".rjust(n, "0"))),
    ("kpis/", "references", REFERENCES.items, lambda n: body(name="new", references=words(n))),
    ("kpis/", "references", REFERENCES.each, lambda n: body(name="new", references=["a" * n])),
    ("units/", "title", UNIT_LIMITS["title"], lambda n: {"code": "new", "title": "a" * n}),
    ("units/", "code", UNIT_LIMITS["code"], lambda n: {"code": "a" * n}),
    ("actions/", "title", ACTION_KIND_LIMITS["title"], lambda n: {"name": "new", "title": "a" * n}),
    ("actions/", "description", ACTION_KIND_LIMITS["description"], lambda n: {"name": "new", "description": "a" * n}),
    ("actions/", "owner", ACTION_KIND_LIMITS["owner"], lambda n: {"name": "new", "owner": "a" * n}),
    ("actions/", "name", ACTION_KIND_LIMITS["name"], lambda n: {"name": "a" * n}),
    ("actions/", "agents", IMPLEMENTERS.items, lambda n: {"name": "new", "agents": words(n)}),
    ("actions/", "agents", IMPLEMENTERS.each, lambda n: {"name": "new", "agents": ["a" * n]}),
    ("agents/", "role", AGENT_LIMITS["role"], lambda n: {"name": "NEW", "role": "a" * n}),
    ("agents/", "tags", TAGS.items, lambda n: {"name": "NEW", "tags": words(n)}),
    ("agents/", "tags", TAGS.each, lambda n: {"name": "NEW", "tags": ["a" * n]}),
    (
        "bindings/", "actions", ACTIONS,
        lambda n: {"agent": "NEUROS", "kpi": "hrv_sdnn", "actions": [{"name": word} for word in words(n)]},
    ),
    (
        "handoffs/", "reason", BINDING_LIMITS["reason"],
        lambda n: {"agent": "NEUROS", "severity": "warning", "target": "SOMNOS", "reason": "a" * n},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "field", "limit", "make"), BODIES, ids=lambda part: str(part)[:20])
def test_the_interface_takes_what_is_at_its_limit_and_no_more(writer, path, field, limit, make):
    if "prometheus_metric" in make(1):
        KPI.objects.filter(name="hrv_rmssd").update(prometheus_metric="auren_other_ms")
    refused = call(writer, "POST", path, make(limit + 1))
    assert (refused.status_code, bool(codes(refused) & TOO_MUCH)) == (400, True), refused.content
    assert any(error["pointer"].startswith(f"/{field}") for error in refused.json()["errors"])
    taken = call(writer, "POST", path, make(limit))
    assert taken.status_code == 201, taken.content


LABELS, ALLOWED = LISTS["the Prometheus export"]["labels"], LISTS["a validation rule"]["allowed_values"]
ROWS: list[tuple[str, int, Any]] = [
    ("labels", LABELS.items, lambda n: RegistrySettings(pk=1, labels=words(n))),
    ("labels", LABELS.each, lambda n: RegistrySettings(pk=1, labels=["a" * n])),
    ("prefix", limits.PREFIX, lambda n: RegistrySettings(pk=1, prefix="a" * n)),
    ("allowed_values", ALLOWED.items, lambda n: rule(allowed_values=words(n))),
    ("allowed_values", ALLOWED.each, lambda n: rule(allowed_values=["a" * n])),
    ("pattern", limits.RULE_LIMITS["pattern"], lambda n: rule(pattern="a" * n)),
    ("tags", TAGS.items, lambda n: Agent(name="NEW", tags=words(n))),
    ("references", REFERENCES.items, lambda n: kpi(references=words(n))),
    ("references", REFERENCES.each, lambda n: kpi(references=["a" * n])),
    ("description", KPI_LIMITS["description"], lambda n: kpi(description="a" * n)),
    ("reason", BINDING_LIMITS["reason"], lambda n: waiver(reason="a" * n)),
    ("description", ACTION_KIND_LIMITS["description"], lambda n: ActionKind(name="new", description="a" * n)),
    ("agents", IMPLEMENTERS.items, lambda n: ActionKind(name="new", agents=words(n))),
    ("agents", IMPLEMENTERS.each, lambda n: ActionKind(name="new", agents=["a" * n])),
]


def rule(**parts: Any) -> ValidationRule:
    return ValidationRule(settings=RegistrySettings.objects.get(), field="owner", **parts)


def kpi(**parts: Any) -> KPI:
    unit = Unit.objects.get(code="milliseconds")
    return KPI(**({"name": "new", "title": "New", "unit": unit, "prometheus_metric": "auren_new_ms"} | parts))


def waiver(**parts: Any) -> Waiver:
    return Waiver(
        **({"rule": "KPI034", "reason": "So", "owner": "A", "expires": timezone.localdate()} | parts)
    )


@pytest.mark.parametrize(("field", "limit", "make"), ROWS, ids=lambda part: str(part)[:20])
def test_a_row_takes_what_is_at_its_limit_and_no_more(registry, field, limit, make):
    alone = {"validate_unique": False, "validate_constraints": False}
    make(limit).full_clean(**alone)
    with pytest.raises(ValidationError) as refused:
        make(limit + 1).full_clean(**alone)
    found = refused.value.error_dict[field]
    assert {error.code for error in found} & TOO_MUCH


@pytest.mark.parametrize(("field", "limit"), [("validation_rules", 200), ("references", REFERENCES.items)])
def test_an_import_takes_what_is_at_its_limit_and_no_more(registry, tmp_path, field, limit):
    def run(count: int) -> None:
        document: dict[str, Any] = {"version": "1.1", "kpis": [HRV]}
        if field == "references":
            document["kpis"] = [HRV | {field: words(count)}]
        else:
            document[field] = [{"field": "name", "required": True}] * count
        path = tmp_path / f"{count}.yaml"
        path.write_text(write_yaml(document))
        call_command("registry", "import", str(path), stdout=StringIO(), stderr=StringIO())

    with pytest.raises((SystemExit, CommandError)):
        run(limit + 1)
    assert not KPI.objects.exists()
    run(limit)
    assert KPI.objects.count() == 1


def token(agent: Agent | None) -> ApiToken:
    made = ApiToken(name="x", agent=identity_of(agent) if agent else None, scopes=["metrics:read"])
    made.new_secret()
    return made


KINDS: dict[str, Any] = {
    "KPIs": lambda: kpi(),
    "units": lambda: Unit(code="furlongs"),
    "validation rules": lambda: rule(required=True),
    "agents": lambda: Agent(name="NEW"),
    "catalogue actions": lambda: ActionKind(name="new"),
    "channels": lambda: Channel(name="new"),
    "webhooks": lambda: WebHook(name="x", url="https://example.org/", events=["report.made"]),
    "waivers": lambda: waiver(),
    "usable tokens of one agent": lambda: token(Agent.objects.get(name="NEUROS")),
    "usable tokens of services": lambda: token(None),
}


@pytest.mark.parametrize("kind", limits.ROWS)
def test_there_may_be_as_many_rows_as_the_table_says_and_no_more(agents, kind, monkeypatch):
    one = KINDS[kind]()
    there = type(one)._default_manager.filter(**({"agent": one.agent} if isinstance(one, ApiToken) else {}))
    monkeypatch.setitem(limits.ROWS, kind, there.count())
    with pytest.raises(ValidationError) as refused:
        one.full_clean()
    assert "too_many" in {error.code for errors in refused.value.error_dict.values() for error in errors}
    monkeypatch.setitem(limits.ROWS, kind, there.count() + 1)
    KINDS[kind]().full_clean()


def test_the_interface_says_that_there_is_no_room(writer, monkeypatch):
    monkeypatch.setitem(limits.ROWS, "channels", 1)
    client = bearer("bindings:read", "releases:write")
    answer = call(client, "POST", "channels/", {"name": "another"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many")


def test_the_database_itself_counts_the_characters_of_long_texts(agents):
    ActionKind.objects.create(name="rest_today")
    for rows, field, limit in (
        (ActionKind.objects.all(), "description", ACTION_KIND_LIMITS["description"]),
        (KPI.objects.all(), "description", KPI_LIMITS["description"]),
        (HandOff.objects.all(), "reason", BINDING_LIMITS["reason"]),
    ):
        assert rows.update(**{field: "ü" * limit})
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**{field: "a" * (limit + 1)})


OURS = {
    "kpis": {
        "Upload.files", "Revision.document", "KeptLogEntry.object_id", "KeptLogEntry.change_message", "SeenFiles.said",
    },
    "bindings": {
        "ValidationReport.agent_counts", "ValidationReport.counts", "ValidationReport.findings",
        "ValidationReport.fixed", "ValidationReport.kpi_counts",
    },
    "releases": {"Release.counts", "PreparedCopy.counts", "Delivery.body", "Delivery.tries"},
    "jobs": {"Job.payload", "Job.result"},
    "telemetry": {
        "Correction.context", "Observation.context", "Standing.contracts", "Standing.marks", "Standing.skipped",
        "Standing.sources", "Transition.inputs",
        "Erasure.deleted", "Erasure.searched", "Erasure.left", "Erasure.not_searched",
    },
    "protocols": {"ProtocolRun.inputs"},
}  # fmt: skip
"""What the product writes itself, of what was limited before."""
LIMITED = {
    "references",
    "labels",
    "allowed_values",
    "tags",
    "agents",
    "scopes",
    "events",
    "version",
    "extra",
    "evidence",
}
"""Lists and keys of documents, by the table; scopes and events are a few words of ours."""


@pytest.mark.parametrize("app", OURS)
def test_every_column_for_texts_and_lists_has_a_limit(app):
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.concrete_fields:
            name = f"{model.__name__}.{field.name}"
            if isinstance(field, models.JSONField):
                assert name in OURS[app] or field.name in LIMITED, (
                    f"{name} has no limit in contracts/limits.py"
                )
            elif isinstance(field, (models.CharField, models.TextField)):
                assert name in OURS[app] or field.max_length, f"{name} has no max_length"


def test_the_form_of_the_settings_takes_no_more_rules_than_there_may_be(registry, monkeypatch):
    inline = admin.site._registry[RegistrySettings].inlines[0](RegistrySettings, admin.site)
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root")
    formset = inline.get_formset(request)
    assert (formset.max_num, formset.validate_max) == (limits.ROWS["validation rules"], True)
