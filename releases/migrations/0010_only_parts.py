"""A release's texts are in its parts alone, and the database refuses to change or to delete those, too.

A migration that has SQLite make one of these tables anew loses its triggers there: call ``freeze`` again in it.
"""

from importlib import import_module

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

immutable, before = (
    import_module(f"releases.migrations.{name}") for name in ("0002_immutable", "0004_two_people")
)
PART, RELEASE = "releases_releasepart", immutable.RELEASE
IN_PARTS = ("document_parts", "findings_parts")
FROZEN = before.FROZEN | {
    RELEASE: (*(name for name in before.FROZEN[RELEASE] if name not in ("text", "findings")), *IN_PARTS)
}
WORDS = "a part of a release never changes and is never deleted"
CHANGED = "NEW.digest {0} OLD.digest OR NEW.packed {0} OLD.packed"
SQLITE = {
    f"{PART}_kept": f"BEFORE UPDATE ON {PART} WHEN {CHANGED.format('IS NOT')}",
    f"{PART}_stays": f"BEFORE DELETE ON {PART}",
    # INSERT OR REPLACE deletes without asking the trigger for deletions.
    f"{PART}_once": f"BEFORE INSERT ON {PART} WHEN EXISTS (SELECT 1 FROM {PART} WHERE digest = NEW.digest)",  # noqa: S608
}
POSTGRES = {
    f"{PART}_kept": f"BEFORE UPDATE ON {PART} FOR EACH ROW WHEN ({CHANGED.format('IS DISTINCT FROM')})",
    f"{PART}_stays": f"BEFORE DELETE ON {PART} FOR EACH ROW",
    f"{PART}_full": f"BEFORE TRUNCATE ON {PART} FOR EACH STATEMENT",
}


def freeze(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As before, with the columns that there are now, and parts."""
    before.freeze(apps, schema_editor, FROZEN)
    if schema_editor.connection.vendor == "postgresql":
        for name, when in POSTGRES.items():
            rest = f"{when} EXECUTE FUNCTION releases_refuse('{WORDS}')"
            schema_editor.execute(f"CREATE TRIGGER {name} {rest}", params=None)
        return
    for name, when in SQLITE.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        schema_editor.execute(f"CREATE TRIGGER {name} {when} {refuse}", params=None)


def thaw(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":  # there they go with their function
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
    before.thaw(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("releases", "0009_packed_releases")]

    operations = [
        migrations.RemoveField("release", "text"),
        migrations.RemoveField("release", "findings"),
        migrations.AlterField(
            "release",
            "document_parts",
            models.BinaryField(help_text="The digests of its document's parts, in their order."),
        ),
        migrations.AlterField(
            "release",
            "findings_parts",
            models.BinaryField(help_text="The same of what the rules said of it when it was made."),
        ),
        migrations.RunPython(freeze, thaw),
    ]
