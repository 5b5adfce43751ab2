"""Releases are to be kept in parts: each part once, packed, however many releases have it.

The database protects nothing of releases from here to `0010_only_parts`: columns are filled that were not there.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

immutable = import_module("releases.migrations.0004_two_people")


class LooseOnTheWayBack(migrations.AlterField):
    """A column that may be empty. The database is told only on the way back, where `0009_packed_releases` filled it:
    on the way there it is soon to go, and would be copied with all that is in it."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing."""

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """No row may lack it any more."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("releases", "0007_plain_words")]

    operations = [
        migrations.RunPython(immutable.thaw, immutable.freeze),
        migrations.CreateModel(
            name="ReleasePart",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("packed", models.BinaryField()),
            ],
        ),
        migrations.AddField("release", "document_parts", models.BinaryField(null=True)),
        migrations.AddField("release", "findings_parts", models.BinaryField(null=True)),
        LooseOnTheWayBack("release", "text", models.TextField(null=True)),
        LooseOnTheWayBack(
            "release",
            "findings",
            models.JSONField(
                default=list, help_text="What the rules said of it when it was made.", null=True
            ),
        ),
    ]
