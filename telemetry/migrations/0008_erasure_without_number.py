from django.db import migrations, models


def keep_whether_known(apps, schema_editor):
    """All that the number of whoever was erased still told."""
    apps.get_model("telemetry", "Erasure").objects.filter(subject__isnull=False).update(known=True)


class Migration(migrations.Migration):
    """The record of an erasure loses the person's number: it stood beside who asked, and meant somebody."""

    dependencies = [
        ("telemetry", "0007_find_subject"),
    ]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="known",
            field=models.BooleanField(
                default=False, help_text="Whether anything of a person of that id was stored."
            ),
        ),
        migrations.RunPython(keep_whether_known, migrations.RunPython.noop),
        migrations.RemoveField(model_name="erasure", name="subject"),
        migrations.AddField(
            model_name="erasure",
            name="not_searched",
            field=models.JSONField(default=list, help_text="Where a person can be, and no search comes."),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="left",
            field=models.JSONField(
                default=list, help_text="Where the id still is, or could not be looked for."
            ),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="searched",
            field=models.JSONField(
                default=dict, help_text="How many tables, columns and files; empty until the search is over."
            ),
        ),
    ]
