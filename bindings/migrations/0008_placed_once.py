"""No two rows of one order have the same place any more: those that were created at the same moment got one."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kpis.models.places import PlacedOnce, mend_places

ORDERS: dict[str, tuple[str, ...]] = {
    "agent": (),
    "binding": ("agent_id",),
    "action": ("binding_id",),
    "handoff": ("agent_id",),
}


def mend(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, group in ORDERS.items():
        mend_places(apps.get_model("bindings", name), *group)


class Migration(migrations.Migration):
    dependencies = [("bindings", "0007_text_limits")]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AddConstraint("agent", PlacedOnce("position", name="agent_placed_once")),
        migrations.AddConstraint("binding", PlacedOnce("agent", "position", name="binding_placed_once")),
        migrations.AddConstraint("action", PlacedOnce("binding", "position", name="action_placed_once")),
        migrations.AddConstraint("handoff", PlacedOnce("agent", "position", name="hand_off_placed_once")),
    ]
