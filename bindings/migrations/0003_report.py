"""Validation reports."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

TRIGGERS = [
    ("manual", "asked for"),
    ("nightly", "nightly"),
    ("import", "after an import"),
    ("api", "asked for by a program"),
    ("cli", "on the command line"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("bindings", "0001_agents"),
        ("jobs", "0001_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ValidationReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("trigger", models.CharField(choices=TRIGGERS, max_length=10)),
                ("digest", models.CharField(help_text="SHA-256 of all that was looked at.", max_length=64)),
                ("counts", models.JSONField(help_text="How many findings and things there were, by word.")),
                ("findings", models.JSONField(default=list)),
                (
                    "fixed",
                    models.JSONField(default=list, help_text="Findings of the report before that are gone."),
                ),
                ("took", models.FloatField(help_text="Seconds.")),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="bindings.validationreport",
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("trigger__in", ["manual", "nightly", "import", "api", "cli"])),
                        name="report_trigger_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("took__gte", 0)), name="report_took_time"),
                ],
            },
        ),
    ]
