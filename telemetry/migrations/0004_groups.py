"""Who may see what was measured: everyone who may see the registry; people are told by pseudonyms there."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = ("viewer", "editor", "publisher")


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    config = apps.get_app_config("telemetry")
    config.models_module = True  # permissions come after all migrations, and the groups need them now
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    seeing = Permission.objects.get(content_type__app_label="telemetry", codename="view_standing")
    for name in GROUPS:
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(seeing)


class Migration(migrations.Migration):
    dependencies = [
        ("telemetry", "0003_keeping"),
        ("bindings", "0005_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
