"""Help texts as a native speaker would write them; nothing is stored otherwise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("releases", "0006_author_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name="channel",
            name="is_protected",
            field=models.BooleanField(
                default=False,
                help_text="Only releases that someone other than their author approved may go here. One person can protect a channel; taking that away needs two.",
                verbose_name="protected",
            ),
        ),
        migrations.AlterField(
            model_name="channel",
            name="way_back",
            field=models.ManyToManyField(
                blank=True,
                editable=False,
                help_text="What everyone who follows it got while it asked for approval: one person may roll it back to this.",
                related_name="+",
                to="releases.release",
            ),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="is_enabled",
            field=models.BooleanField(
                default=True, help_text="When off, nothing is sent to it.", verbose_name="on"
            ),
        ),
    ]
