"""What is live refers to no draft: whatever becomes of a row that is being edited, programs notice nothing."""

from typing import Any

from django.apps import apps
from django.db.models import Model

DRAFT = {
    "kpis": {
        "KPI",
        "Threshold",
        "Unit",
        "RegistrySettings",
        "ValidationRule",
        "Revision",
        "Upload",
        "KeptLogEntry",
        "SeenFiles",
    },
    "bindings": {
        "Agent",
        "Binding",
        "Trigger",
        "Action",
        "HandOff",
        "Roster",
        "Waiver",
        "ActionKind",
        "ActionCatalogue",
    },
}
"""What people edit, and what is kept of their edits."""
LIVE = {"bindings": {"AgentIdentity", "ApiToken", "TokenRevision", "ValidationReport"}}
WHOLLY_LIVE = {"releases", "telemetry", "jobs"}
"""What programs are, do and are told."""


def models() -> set[type[Model]]:
    return {
        model
        for app in ("kpis", "bindings", "releases", "telemetry", "jobs")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def is_draft(model: type[Model]) -> bool:
    return model.__name__ in DRAFT.get(model._meta.app_label, ())


def is_live(model: type[Model]) -> bool:
    app = model._meta.app_label
    return app in WHOLLY_LIVE or model.__name__ in LIVE.get(app, ())


def references(model: type[Model]) -> dict[str, type[Model]]:
    """The models that its rows refer to, by field; those that refer to it are left out."""
    fields: Any = [one for one in model._meta.get_fields() if one.is_relation and not one.auto_created]
    return {f"{model._meta.label}.{field.name}": field.related_model for field in fields}


def test_every_model_is_known_to_be_either():
    assert [model._meta.label for model in models() if is_draft(model) is is_live(model)] == []


def test_nothing_live_refers_to_a_draft():
    found = [one for model in models() if is_live(model) for one in references(model).items()]
    assert len(found) > 20  # there is something to walk
    assert [name for name, target in found if is_draft(target)] == []
