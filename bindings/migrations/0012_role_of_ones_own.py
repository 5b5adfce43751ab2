"""A binding's role is any word: files in use have others than the four usual ones."""

from django.db import migrations

import kpis.models.fields
from contracts.limits import BINDING_LIMITS


class Migration(migrations.Migration):
    dependencies = [("bindings", "0011_hand_off_kpi")]

    operations = [
        migrations.RemoveConstraint(model_name="binding", name="binding_role_known"),
        migrations.AlterField(
            model_name="binding",
            name="role",
            field=kpis.models.fields.LineField(
                blank=True,
                help_text="What the KPI is to the agent, such as primary_signal.",
                max_length=BINDING_LIMITS["role"],
            ),
        ),
    ]
