"""No two KPIs have the same place any more: those that were created at the same moment got one."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kpis.models.places import PlacedOnce, mend_places


def mend(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    mend_places(apps.get_model("kpis", "KPI"))


class Migration(migrations.Migration):
    dependencies = [("kpis", "0004_text_limits")]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AddConstraint(model_name="kpi", constraint=PlacedOnce("position", name="kpi_placed_once")),
    ]
