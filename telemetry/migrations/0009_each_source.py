"""Each source of a binding is judged by itself.

A standing of one source carries over as it is. Of several, which shared one memory until now, the one that spoke last
goes on with it; the others begin anew with their next value.
"""

import json

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SPOKE_LAST = (
    "UPDATE telemetry_standing SET source = COALESCE((SELECT s.source FROM telemetry_series s"
    " WHERE s.subject_id = telemetry_standing.subject_id AND s.kpi = telemetry_standing.kpi"
    " AND s.agent = telemetry_standing.agent ORDER BY s.at DESC, s.source LIMIT 1), '')"
)
WHOSE = (
    "UPDATE telemetry_transition SET source = COALESCE((SELECT s.source FROM telemetry_standing s"
    " WHERE s.subject_id = telemetry_transition.subject_id AND s.kpi = telemetry_transition.kpi"
    " AND s.agent = telemetry_transition.agent), '')"
)
GONE = (
    "CREATE TRIGGER IF NOT EXISTS telemetry_standing_gone AFTER DELETE ON telemetry_standing BEGIN"
    " INSERT INTO telemetry_clock (id, tick) VALUES (2, 1)"
    " ON CONFLICT (id) DO UPDATE SET tick = telemetry_clock.tick + 1; END"
)
SEVERITIES = {"info": 1, "warning": 2, "critical": 3}


def carry_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(SPOKE_LAST)
    schema_editor.execute(WHOSE)
    Standing = apps.get_model("telemetry", "Standing")
    for pk, marks in Standing.objects.exclude(marks="").values_list("pk", "marks").iterator():
        rules = [rule for rule, _, fired, _ in json.loads(marks) if fired is not None]
        worst = max((SEVERITIES.get(rule.partition(".")[0], 0) for rule in rules), default=0)
        if worst:
            Standing.objects.filter(pk=pk).update(open_severity=worst)


def watch_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite made the table anew, and its trigger (0005) went with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(GONE)


class Migration(migrations.Migration):
    dependencies = [
        ("telemetry", "0008_erasure_without_number"),
    ]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="context",
            field=models.TextField(help_text="The context it came with, as JSON.", null=True),
        ),
        migrations.AddField(
            model_name="standing",
            name="contracts",
            field=models.TextField(
                default="",
                help_text="JSON of [from when, release], oldest first; empty until the contract is another.",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="looked",
            field=models.BigIntegerField(
                help_text="Up to when time alone was let pass: what comes from before is judged again.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="open_severity",
            field=models.SmallIntegerField(
                default=0, help_text="Of the worst episode that is open, through silence too; 0 for none."
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="source",
            field=models.CharField(blank=True, default="", help_text="Which source speaks.", max_length=120),
        ),
        migrations.AddField(
            model_name="standing",
            name="sources",
            field=models.TextField(
                default="", help_text="JSON of every source's memory; empty for a single one."
            ),
        ),
        migrations.AddField(
            model_name="transition",
            name="source",
            field=models.CharField(blank=True, default="", help_text="Whose series it is.", max_length=120),
        ),
        migrations.AddField(
            model_name="transition",
            name="withdrawn",
            field=models.BigIntegerField(
                help_text="When a late or corrected value showed that it was not so; empty while it stands.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="transition",
            name="cause",
            field=models.CharField(help_text="value, time, silence, release or correction.", max_length=10),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunPython(watch_again, watch_again),
    ]
