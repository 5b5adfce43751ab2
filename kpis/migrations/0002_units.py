"""The usual units."""

from dataclasses import asdict

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contracts.units import STANDARD_UNITS


def add_units(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Bring in the standard units as they are today; one that is there already stays as it is."""
    unit = apps.get_model("kpis", "Unit")
    unit.objects.bulk_create(
        [unit(**asdict(spec)) for spec in STANDARD_UNITS.values()], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("kpis", "0001_registry")]
    operations = [migrations.RunPython(add_units, migrations.RunPython.noop)]
