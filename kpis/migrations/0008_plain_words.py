"""What the form says beside its fields, in plainer words; no column is another."""

import kpis.models.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0007_names_stay"),
    ]

    operations = [
        migrations.AlterField(
            model_name="kpi",
            name="name",
            field=kpis.models.fields.LineField(
                help_text="The name that files and agents use, such as hrv_rmssd.",
                max_length=120,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="kpi",
            name="owner",
            field=kpis.models.fields.LineField(
                blank=True, help_text="The team responsible for it.", max_length=120
            ),
        ),
        migrations.AlterField(
            model_name="kpi",
            name="prometheus_metric",
            field=kpis.models.fields.LineField(
                help_text="Such as auren_hrv_rmssd_ms, which ends with the unit.",
                max_length=200,
                unique=True,
                verbose_name="Prometheus metric",
            ),
        ),
        migrations.AlterField(
            model_name="kpi",
            name="title",
            field=kpis.models.fields.LineField(
                blank=True, help_text="What people call it, such as Heart-rate variability.", max_length=200
            ),
        ),
        migrations.AlterField(
            model_name="unit",
            name="grafana",
            field=kpis.models.fields.LineField(
                blank=True,
                default="short",
                help_text="Grafana's name for this unit, such as percent.",
                max_length=40,
                verbose_name="Grafana unit id",
            ),
        ),
        migrations.AlterField(
            model_name="unit",
            name="prometheus_suffix",
            field=kpis.models.fields.LineField(
                blank=True,
                help_text="How the names of metrics in this unit end, such as ms in auren_hrv_rmssd_ms.",
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="unit",
            name="title",
            field=kpis.models.fields.LineField(
                blank=True, help_text="In full, such as millilitres per minute.", max_length=80
            ),
        ),
    ]
