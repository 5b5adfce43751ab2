"""What a report looked at: whether it is older than the latest change can be told from it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bindings", "0012_role_of_ones_own"),
        ("jobs", "0001_jobs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="validationreport",
            name="report_trigger_known",
        ),
        migrations.AddField(
            model_name="validationreport",
            name="revision",
            field=models.PositiveBigIntegerField(
                help_text="The latest revision of anything by then; None where that was not kept.", null=True
            ),
        ),
        migrations.AddField(
            model_name="validationreport",
            name="stamp",
            field=models.CharField(
                default="",
                help_text="That of the working copy, before any of it was looked at.",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            model_name="validationreport",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("manual", "asked for"),
                    ("nightly", "nightly"),
                    ("import", "after an import"),
                    ("api", "asked for by a program"),
                    ("cli", "on the command line"),
                    ("change", "after a change"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="validationreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("trigger__in", ["manual", "nightly", "import", "api", "cli", "change"])),
                name="report_trigger_known",
            ),
        ),
    ]
