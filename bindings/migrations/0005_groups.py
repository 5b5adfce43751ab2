"""Three groups of people: who looks, who edits, who publishes."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOOKED_AT = {
    "kpis": ("kpi", "threshold", "unit", "registrysettings", "validationrule", "revision"),
    "bindings": (
        "agent", "binding", "trigger", "action", "handoff", "roster", "waiver", "validationreport",
    ),
}  # fmt: skip
EDITED = {
    "kpis": ("kpi", "threshold", "unit"),
    "bindings": ("agent", "binding", "trigger", "action", "handoff", "waiver"),
}
PUBLISHED = {
    "kpis": ("registrysettings", "validationrule"),
    "bindings": ("roster", "apitoken"),
}


def codenames(models: dict[str, tuple[str, ...]], verbs: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(app, f"{verb}_{name}") for app, names in models.items() for name in names for verb in verbs]


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for label in LOOKED_AT:  # permissions come after all migrations, and these groups need them now
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    viewing = codenames(LOOKED_AT, ("view",))
    editing = viewing + codenames(EDITED, ("add", "change", "delete"))
    editing += [("bindings", "add_validationreport")]  # to ask for one; nobody changes a report
    publishing = editing + codenames(PUBLISHED, ("view", "add", "change", "delete"))
    for name, wanted in (("viewer", viewing), ("editor", editing), ("publisher", publishing)):
        group, _ = Group.objects.get_or_create(name=name)
        for app, codename in wanted:
            group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("bindings", "0004_api_token"),
        ("kpis", "0003_api_source"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
