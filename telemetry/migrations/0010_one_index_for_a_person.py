"""No index of the person alone: each of these tables has one that begins with the person, and every row, on PostgreSQL
every change of a row as well, wrote both. Made by hand: Django would have SQLite copy the whole table."""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "series": "telemetry_series_subject_id_1c0913b4",
    "standing": "telemetry_standing_subject_id_68fc5745",
    "transition": "telemetry_transition_subject_id_3c341f87",
}
RELATED = {"series": "series", "standing": "standings", "transition": "transitions"}


def only_told(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="subject",
        field=models.ForeignKey(
            db_index=False,
            on_delete=django.db.models.deletion.CASCADE,
            related_name=RELATED[model],
            to="telemetry.subject",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0009_each_source")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[only_told(model)],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {index}",
                    f"CREATE INDEX IF NOT EXISTS {index} ON telemetry_{model} (subject_id)",
                )
            ],
        )
        for model, index in INDEXES.items()
    ]
