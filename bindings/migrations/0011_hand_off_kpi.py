"""A hand-off may name the KPI that it is about; a file that did so already had it kept as an unknown key."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ASIDE = "x-kpi"
"""Where a value goes that is the name of no KPI."""


def adopt(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Move the key into its column where the agent watches that KPI; elsewhere it stays a key without meaning."""
    hand_offs = apps.get_model("bindings", "HandOff").objects
    for row in hand_offs.filter(extra__has_key="kpi"):
        named = row.extra.pop("kpi")
        text = named if isinstance(named, str) else ""
        kpi = row.agent.bindings.filter(kpi__name=text).values_list("kpi", flat=True).first()
        row.extra |= {} if kpi else {ASIDE: named}
        row.kpi_id = kpi
        row.save(update_fields=["kpi", "extra"])


class Migration(migrations.Migration):
    dependencies = [("bindings", "0010_agent_identity"), ("kpis", "0005_placed_once")]

    operations = [
        migrations.AddField(
            model_name="handoff",
            name="kpi",
            field=models.ForeignKey(
                blank=True,
                help_text="Only about this KPI; without one, about every KPI that the agent watches.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hand_offs",
                to="kpis.kpi",
                verbose_name="about",
            ),
        ),
        migrations.RunPython(adopt, migrations.RunPython.noop),
    ]
