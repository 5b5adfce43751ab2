"""A clock that counts deletions of series and standings, so that what holds them in memory notices.

A trigger, because rows may be deleted by anyone, SQL by hand included.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("telemetry_series", "telemetry_standing")
COUNT = (
    "INSERT INTO telemetry_clock (id, tick) VALUES (2, 1)"
    " ON CONFLICT (id) DO UPDATE SET tick = telemetry_clock.tick + 1"
)
FUNCTION = f"""
CREATE OR REPLACE FUNCTION telemetry_gone() RETURNS trigger LANGUAGE plpgsql AS $$
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
                " FOR EACH STATEMENT EXECUTE FUNCTION telemetry_gone()"
            )
        else:
            run(f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN {COUNT}; END")


def unwatch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run: Any = schema_editor.execute
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        run(f"DROP TRIGGER IF EXISTS {table}_gone" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        run("DROP FUNCTION IF EXISTS telemetry_gone()")


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0004_groups")]

    operations = [migrations.RunPython(watch, unwatch)]
