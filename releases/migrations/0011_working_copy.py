"""A mark that changes with the working copy, and what was read and judged under one."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from releases.models.working_copy import leave_working_copy


def leave(_: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    leave_working_copy(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("releases", "0010_only_parts")]

    operations = [
        migrations.CreateModel(
            name="WorkingCopyMark",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("mark", models.CharField(max_length=36)),
            ],
        ),
        migrations.CreateModel(
            name="PreparedCopy",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("mark", models.CharField(max_length=36)),
                ("code", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("digest", models.CharField(max_length=64)),
                ("counts", models.JSONField(default=dict)),
                ("document", models.BinaryField()),
                ("findings", models.BinaryField()),
            ],
        ),
        migrations.RunPython(migrations.RunPython.noop, leave),  # they are made after every migration
    ]
