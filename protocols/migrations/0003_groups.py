"""Who may see runs: everyone who may see what was measured. Editors and publishers act on them, and pause agents."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEEING = ("view_protocolrun",)
ACTING = ("add_intervention", "change_deviation", "view_pause", "add_pause", "change_pause")
GROUPS = {"viewer": SEEING, "editor": SEEING + ACTING, "publisher": SEEING + ACTING}


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    config = apps.get_app_config("protocols")
    config.models_module = True  # permissions come after all migrations, and the groups need them now
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="protocols", codename__in=codenames)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("protocols", "0002_lawful"),
        ("bindings", "0005_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
