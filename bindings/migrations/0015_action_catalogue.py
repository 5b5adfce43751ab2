"""The catalogue of actions; who may do something with agents may do the same with it."""

import django.db.models.functions.text
import django.db.models.lookups
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import bindings.models.roster
import kpis.models.fields
from contracts.limits import ACTION_KIND_LIMITS

VERBS = ("view", "add", "change", "delete")


def give_permissions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    config = apps.get_app_config("bindings")
    config.models_module = True  # permissions come after all migrations, and are needed now
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="bindings")
    for verb in VERBS:
        given = permissions.filter(codename=f"{verb}_agent").first()
        new = permissions.filter(codename=f"{verb}_actionkind").first()
        if given is None or new is None:
            continue
        for group in given.group_set.all():
            group.permissions.add(new)
        for person in given.user_set.all():
            person.user_permissions.add(new)


class Migration(migrations.Migration):
    dependencies = [
        ("bindings", "0014_author_names"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActionCatalogue",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "version",
                    models.JSONField(
                        default=bindings.models.roster.format_version,
                        help_text="A number or a text, as the file has it.",
                    ),
                ),
                ("last_updated", kpis.models.fields.LineField(blank=True, max_length=40)),
                ("extra", models.JSONField(blank=True, default=dict, editable=False)),
            ],
            options={
                "verbose_name": "catalogue of actions",
                "verbose_name_plural": "catalogue of actions",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)),
                        name="action_catalogue_single",
                        violation_error_message="There is one catalogue of actions.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ActionKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    kpis.models.fields.LineField(
                        help_text="As bindings call it, such as reduce_training_intensity.",
                        max_length=ACTION_KIND_LIMITS["name"],
                        unique=True,
                    ),
                ),
                (
                    "title",
                    kpis.models.fields.LineField(
                        blank=True,
                        help_text="What it is, in a few plain words.",
                        max_length=ACTION_KIND_LIMITS["title"],
                    ),
                ),
                (
                    "description",
                    kpis.models.fields.ProseField(
                        blank=True,
                        help_text="What happens when it is taken, for somebody who never saw a contract.",
                        max_length=ACTION_KIND_LIMITS["description"],
                    ),
                ),
                (
                    "agents",
                    models.JSONField(blank=True, default=list, help_text="The agents that can take it."),
                ),
                ("reversible", models.BooleanField(blank=True, null=True, verbose_name="can be undone")),
                (
                    "owner",
                    kpis.models.fields.LineField(
                        blank=True,
                        help_text="Who answers questions about it.",
                        max_length=ACTION_KIND_LIMITS["owner"],
                    ),
                ),
                ("extra", models.JSONField(blank=True, default=dict, editable=False)),
            ],
            options={
                "verbose_name": "catalogue action",
                "verbose_name_plural": "catalogue actions",
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            django.db.models.functions.text.Length("description"),
                            models.Value(ACTION_KIND_LIMITS["description"]),
                        ),
                        name="action_kind_description_length",
                        violation_error_code="too_long",
                        violation_error_message="It has at most 2,000 characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "\\A[a-z][a-z0-9_]*\\Z")),
                        name="action_kind_name_pattern",
                        violation_error_code="action_name",
                        violation_error_message=(
                            "An action is small letters, digits and underscores, beginning with a letter."
                        ),
                    ),
                ],
            },
        ),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
