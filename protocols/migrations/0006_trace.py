"""The trace of what opened a run. A column without a value for those that are there: SQLite adds it to the table as it
stands, with its triggers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("protocols", "0005_gone"),
    ]

    operations = [
        migrations.AddField(
            model_name="protocolrun",
            name="trace",
            field=models.CharField(
                blank=True,
                help_text="The id of the trace of what opened it; empty where nobody keeps one.",
                max_length=32,
                null=True,
            ),
        ),
    ]
