"""A mark that changes with the working copy, and what was read and judged under one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0010_only_parts")]

    operations = [
        migrations.CreateModel(
            name="WorkingCopyMark",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("mark", models.CharField(max_length=36)),
            ],
        ),
        migrations.CreateModel(
            name="PreparedCopy",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("mark", models.CharField(max_length=36)),
                ("code", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("digest", models.CharField(max_length=64)),
                ("counts", models.JSONField(default=dict)),
                ("document", models.BinaryField()),
                ("findings", models.BinaryField()),
            ],
        ),
    ]
