"""A clock that counts deletions of runs and pauses, so that what holds inboxes in memory notices.

A trigger, because rows may be deleted by anyone, SQL by hand included. As in telemetry's migration of this name.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("protocols_protocolrun", "protocols_pause")
COUNT = (
    "INSERT INTO telemetry_clock (id, tick) VALUES (3, 1)"
    " ON CONFLICT (id) DO UPDATE SET tick = telemetry_clock.tick + 1"
)
FUNCTION = f"""
CREATE OR REPLACE FUNCTION protocols_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM deleted) THEN {COUNT}; END IF;
  RETURN NULL;
END $$
"""  # noqa: S608 - a constant of this file


def watch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run: Any = schema_editor.execute
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    if is_postgresql:
        run(FUNCTION)
    for table in TABLES:
        if is_postgresql:
            run(
                f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS deleted"
                " FOR EACH STATEMENT EXECUTE FUNCTION protocols_gone()"
            )
        else:
            run(f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN {COUNT}; END")


def unwatch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run: Any = schema_editor.execute
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        run(f"DROP TRIGGER IF EXISTS {table}_gone" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        run("DROP FUNCTION IF EXISTS protocols_gone()")


class Migration(migrations.Migration):
    dependencies = [("protocols", "0004_lists"), ("telemetry", "0005_gone")]

    operations = [migrations.RunPython(watch, unwatch)]
