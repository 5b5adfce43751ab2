"""A waiver keeps the name of who decided, also when their account goes."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_authors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("bindings", "Waiver").objects
    people = apps.get_model("auth", "User").objects
    for person in people.filter(pk__in=rows.exclude(author=None).values("author")):
        name = f"{person.first_name} {person.last_name}".strip() or person.username
        rows.filter(author=person).update(author_name=name)


class Migration(migrations.Migration):
    dependencies = [("bindings", "0013_report_stamp"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.AddField(
            model_name="waiver",
            name="author_name",
            field=models.CharField(
                verbose_name="decided by",
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Stays when their account goes.",
                max_length=310,
            ),
        ),
        migrations.RunPython(name_authors, migrations.RunPython.noop),
    ]
