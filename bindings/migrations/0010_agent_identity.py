"""Who an agent is to programs outlives its row on the roster: tokens hang on that, and no edit of the row ends one.

An identity begins with its row's key, so that the tokens' references stay as they are. There is no way back: tokens made
since would speak for whichever row has that key.
"""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

import kpis.models.fields

counting = import_module("bindings.migrations.0009_token_revision")
TRIGGERS = (
    *counting.TRIGGERS[:3],
    ("bindings_agentidentity_renamed", "UPDATE", "bindings_agentidentity", ("name",)),
)


def watch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    counting.watch(apps, schema_editor, TRIGGERS)


def unwatch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    counting.unwatch(apps, schema_editor, TRIGGERS)


def unwatch_before(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    counting.unwatch(apps, schema_editor)


def watch_before(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    counting.watch(apps, schema_editor)


def make_identities(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    agents, identities = apps.get_model("bindings", "Agent"), apps.get_model("bindings", "AgentIdentity")
    rows = agents.objects.values_list("pk", "name")
    identities.objects.bulk_create([identities(pk=pk, name=name) for pk, name in rows], batch_size=1000)
    agents.objects.update(identity_id=F("pk"))
    run: Any = schema_editor.execute
    if schema_editor.connection.vendor == "postgresql":
        run(
            "SELECT setval(pg_get_serial_sequence('bindings_agentidentity', 'id'),"
            " (SELECT coalesce(max(id), 0) + 1 FROM bindings_agentidentity), false)"
        )
        run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        run("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("bindings", "0009_token_revision")]

    operations = [
        migrations.RunPython(unwatch_before, watch_before),
        migrations.CreateModel(
            name="AgentIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", kpis.models.fields.LineField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "agent's identity",
                "verbose_name_plural": "agents' identities",
                "ordering": ("name",),
            },
        ),
        migrations.AddField(
            model_name="agent",
            name="identity",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="draft",
                to="bindings.agentidentity",
            ),
        ),
        migrations.RunPython(make_identities),
        migrations.AlterField(
            model_name="apitoken",
            name="agent",
            field=models.ForeignKey(
                blank=True,
                help_text="The agent it speaks for; empty for a service.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tokens",
                to="bindings.agentidentity",
            ),
        ),
        migrations.RunPython(watch, unwatch),
    ]
