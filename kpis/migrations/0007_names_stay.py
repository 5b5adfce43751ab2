"""Who did what stays on record when their account goes."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_authors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    revisions = apps.get_model("kpis", "Revision").objects
    people = apps.get_model("auth", "User").objects
    for person in people.filter(pk__in=revisions.exclude(author=None).values("author")):
        name = f"{person.first_name} {person.last_name}".strip() or person.username
        revisions.filter(author=person).update(author_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0006_folded_search"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="author_name",
            field=models.CharField(
                blank=True, default="", help_text="Stays when their account goes.", max_length=310
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_authors, migrations.RunPython.noop),
        migrations.CreateModel(
            name="KeptLogEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.TextField(null=True)),
                ("object_repr", models.CharField(max_length=200)),
                ("action_flag", models.PositiveSmallIntegerField()),
                ("change_message", models.TextField(blank=True)),
                ("action_time", models.DateTimeField()),
                ("user_name", models.CharField(max_length=310)),
                (
                    "content_type",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["content_type", "object_id"], name="kept_log_entry_of_object")
                ],
            },
        ),
    ]
