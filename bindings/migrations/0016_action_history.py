"""Actions of the catalogue have a history: it begins with what each of them says now."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIELDS = ("title", "description", "agents", "reversible", "owner")
BATCH = 1000


def as_kept(row: Any) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in FIELDS}
    action = {name: value for name, value in said.items() if value not in ("", [], None)}
    return {"name": row.name, "action": action | row.extra}


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    revision, kind = apps.get_model("kpis", "Revision"), apps.get_model("bindings", "ActionKind")
    first = [
        revision(
            kind="action",
            subject_id=row.pk,
            subject_name=row.name,
            number=1,
            document=as_kept(row),
            source="import",  # nobody's edit: a file may change it without asking
            reason="As it was when its history began.",
        )
        for row in kind.objects.order_by("pk")
    ]
    revision.objects.bulk_create(first, batch_size=BATCH)
    kind.objects.update(revision=1)


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("kpis", "Revision").objects.filter(kind="action").delete()


class Migration(migrations.Migration):
    dependencies = [("bindings", "0015_action_catalogue"), ("kpis", "0009_alerts")]

    operations = [
        migrations.AddField(
            model_name="actionkind",
            name="revision",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunPython(begin, forget),
    ]
