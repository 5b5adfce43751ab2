"""Reports keep how many findings each agent has, so that lists need not read them all. Earlier reports have none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bindings", "0016_action_history"),)

    operations = (
        migrations.AddField(
            model_name="validationreport",
            name="agent_counts",
            field=models.JSONField(
                help_text="Findings of each agent that has some, by level; null where that was not kept.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="validationreport",
            name="kpi_counts",
            field=models.JSONField(help_text="Findings of KPIs by level, and the worst of them.", null=True),
        ),
    )
