"""The history as each database keeps it best, and SQLite's clock.

PostgreSQL: partitioned by month, so that what is too old is dropped with its table; ``telemetry.keeping`` makes
the months, and what is in none goes into the default one. SQLite: one tree instead of a table and an index.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMNS = "series_id bigint NOT NULL, at bigint NOT NULL, value {real} NOT NULL, received bigint NOT NULL, context text"
KEY = "CONSTRAINT observation_once PRIMARY KEY (series_id, at)"


def rebuild(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run: Any = schema_editor.execute
    run("DROP TABLE telemetry_observation")
    if schema_editor.connection.vendor == "postgresql":
        columns = COLUMNS.format(real="double precision")
        run(f"CREATE TABLE telemetry_observation ({columns}, {KEY}) PARTITION BY RANGE (at)")
        run("CREATE TABLE telemetry_observation_rest PARTITION OF telemetry_observation DEFAULT")
    else:
        run(f"CREATE TABLE telemetry_observation ({COLUMNS.format(real='real')}, {KEY}) WITHOUT ROWID")
    apps.get_model("telemetry", "Clock").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0001_observations")]

    operations = [migrations.RunPython(rebuild, migrations.RunPython.noop)]
