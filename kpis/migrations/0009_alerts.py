"""How KPIs alert people, and how often they may. A server of the version before goes on: the database fills in the rest."""

from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0008_plain_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="kpi",
            name="alert_mode",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "each person by themselves"),
                    ("cohort", "everybody together"),
                    ("none", "nobody"),
                ],
                db_default="",
                default="",
                help_text="Left open, it is each person by themselves while there are few of them, else everybody together.",
                max_length=10,
                verbose_name="alerts about",
            ),
        ),
        migrations.AddField(
            model_name="kpi",
            name="cohort_share",
            field=models.DecimalField(
                blank=True,
                decimal_places=6,
                help_text="Everybody together: how many per cent must be beyond a threshold. 10 if left empty.",
                max_digits=15,
                null=True,
                verbose_name="share of people (%)",
            ),
        ),
        migrations.AddField(
            model_name="kpi",
            name="noise_budget",
            field=models.DecimalField(
                blank=True,
                decimal_places=6,
                help_text="More than this is too much. If left empty, as in the registry’s settings.",
                max_digits=15,
                null=True,
                verbose_name="alerts per person per week",
            ),
        ),
        migrations.AddField(
            model_name="registrysettings",
            name="alert_people",
            field=models.PositiveIntegerField(
                db_default=50,
                default=50,
                help_text="Up to so many people alert each by themselves; beyond that, everybody together.",
                verbose_name="people one by one",
            ),
        ),
        migrations.AddField(
            model_name="registrysettings",
            name="noise_budget",
            field=models.DecimalField(
                db_default=Decimal("2"),
                decimal_places=6,
                default=Decimal("2"),
                help_text="More than this is too much, for KPIs that do not say it themselves.",
                max_digits=15,
                verbose_name="alerts per person per week",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(("alert_mode__in", ["", "person", "cohort", "none"])),
                name="kpi_alert_mode_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cohort_share__isnull", True),
                    models.Q(("cohort_share__gt", 0), ("cohort_share__lte", 100)),
                    _connector="OR",
                ),
                name="kpi_cohort_share_possible",
                violation_error_code="alert_number",
                violation_error_message="A share of people is above 0 and at most 100 per cent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("noise_budget__isnull", True),
                    models.Q(("noise_budget__gt", 0), ("noise_budget__lte", 10000)),
                    _connector="OR",
                ),
                name="kpi_noise_budget_possible",
                violation_error_code="alert_number",
                violation_error_message="A noise budget is above 0.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrysettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("alert_people__gte", 1), ("alert_people__lte", 1000000)),
                name="registry_settings_alert_people",
                violation_error_code="alert_number",
                violation_error_message="Write a number of people from 1 to 1,000,000.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrysettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("noise_budget__gt", 0), ("noise_budget__lte", 10000)),
                name="registry_settings_noise_budget",
                violation_error_code="alert_number",
                violation_error_message="A noise budget is above 0.",
            ),
        ),
    ]
