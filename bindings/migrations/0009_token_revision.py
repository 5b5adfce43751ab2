"""A count of whatever makes, changes or ends a token, so that every server process sees it at its next look.

Triggers, because a token ends in many ways: it is revoked, rotated, deleted with its agent, or changed by SQL. The
note of its last use is none of them.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COUNT = (
    "INSERT INTO bindings_tokenrevision (id, revision) VALUES (1, 1)"
    " ON CONFLICT (id) DO UPDATE SET revision = bindings_tokenrevision.revision + 1"
)
COLUMNS = ("agent_id", "digest", "expires", "key", "revoked", "scopes")
TRIGGERS = (
    ("bindings_apitoken_made", "INSERT", "bindings_apitoken", ()),
    ("bindings_apitoken_ended", "DELETE", "bindings_apitoken", ()),
    ("bindings_apitoken_changed", "UPDATE", "bindings_apitoken", COLUMNS),
    ("bindings_agent_renamed", "UPDATE", "bindings_agent", ("name",)),
)
FUNCTION = f"""
CREATE FUNCTION bindings_count_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {COUNT}; RETURN NULL; END $$
"""  # noqa: S608 - a constant of this file


Triggers = tuple[tuple[str, str, str, tuple[str, ...]], ...]


def watch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor, triggers: Triggers = TRIGGERS) -> None:
    run: Any = schema_editor.execute
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    if is_postgresql:
        run(FUNCTION)
    differ = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    act = "EXECUTE FUNCTION bindings_count_tokens()" if is_postgresql else f"BEGIN {COUNT}; END"
    for name, event, table, columns in triggers:
        changed = " OR ".join(f"NEW.{column} {differ} OLD.{column}" for column in columns)
        when = f" WHEN ({changed})" if changed else ""
        run(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{when} {act}")


def unwatch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor, triggers: Triggers = TRIGGERS) -> None:
    run: Any = schema_editor.execute
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, _, table, _ in triggers:
        run(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        run("DROP FUNCTION IF EXISTS bindings_count_tokens()")


class Migration(migrations.Migration):
    dependencies = [("bindings", "0008_placed_once")]

    operations = [
        migrations.CreateModel(
            name="TokenRevision",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("revision", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="token_revision_single")
                ]
            },
        ),
        migrations.RunPython(watch, unwatch),
    ]
