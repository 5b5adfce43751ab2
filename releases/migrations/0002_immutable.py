"""The database itself refuses to change what was released and what was said of it; and the first channel.

A migration that has SQLite make one of these tables anew loses its triggers there: call ``freeze`` again in it.
"""

from collections.abc import Iterator, Mapping

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RELEASE, APPROVAL, MOVE = "releases_release", "releases_approval", "releases_channelmove"
FROZEN = {
    RELEASE: (
        "id", "number", "text", "digest", "kind", "message", "accepted", "counts", "findings",
        "author_name", "created",
    ),
    APPROVAL: ("id", "release_id", "person_name", "verdict", "note", "at"),
    MOVE: ("id", "channel_id", "kind", "before_id", "after_id", "by_name", "reason", "at"),
}  # fmt: skip
FORGOTTEN = {RELEASE: "author_id", APPROVAL: "person_id", MOVE: "by_id"}
"""Becomes NULL with the person's account, and nothing else."""
ONCE = {RELEASE: ("id", "number"), APPROVAL: ("id",), MOVE: ("id",)}
WORDS = {
    RELEASE: "a release never changes and is never deleted",
    APPROVAL: "what was said of a release never changes and is never deleted",
    MOVE: "the history of a channel never changes and is never deleted",
}
NOT_BY_AUTHOR = "the author of a release cannot approve it"


Columns = Mapping[str, tuple[str, ...]]


def sqlite_triggers(frozen: Columns = FROZEN) -> Iterator[tuple[str, str]]:
    for table, columns in frozen.items():
        refuse, person = f"BEGIN SELECT RAISE(ABORT, '{WORDS[table]}'); END", FORGOTTEN[table]
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in columns)
        changed += f" OR (NEW.{person} IS NOT NULL AND NEW.{person} IS NOT OLD.{person})"
        yield f"{table}_kept", f"BEFORE UPDATE ON {table} WHEN {changed} {refuse}"
        yield f"{table}_stays", f"BEFORE DELETE ON {table} {refuse}"
        # INSERT OR REPLACE deletes without asking the trigger for deletions.
        there = " OR ".join(f"{name} = NEW.{name}" for name in ONCE[table])
        yield (
            f"{table}_once",
            f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) {refuse}",  # noqa: S608
        )
    author = f"(SELECT author_id FROM {RELEASE} WHERE id = NEW.release_id)"  # noqa: S608
    by_author = f"NEW.verdict = 'approved' AND NEW.person_id = {author}"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{NOT_BY_AUTHOR}'); END"
    yield f"{APPROVAL}_other", f"BEFORE INSERT ON {APPROVAL} WHEN {by_author} {refuse}"


def postgres_triggers(frozen: Columns = FROZEN) -> Iterator[tuple[str, str, str]]:
    """Name, condition with its event and table, and the words of the refusal."""
    for table, columns in frozen.items():
        person = FORGOTTEN[table]
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)
        changed += f" OR (NEW.{person} IS NOT NULL AND NEW.{person} IS DISTINCT FROM OLD.{person})"
        yield f"{table}_kept", f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed})", WORDS[table]
        yield f"{table}_stays", f"BEFORE DELETE ON {table} FOR EACH ROW", WORDS[table]
        yield f"{table}_full", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", WORDS[table]


POSTGRES_FUNCTIONS = (
    # Refused as a constraint would refuse it.
    """CREATE FUNCTION releases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$""",
    f"""CREATE FUNCTION releases_other_approves() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.verdict = 'approved' AND NEW.person_id = (
        SELECT author_id FROM {RELEASE} WHERE id = NEW.release_id
      ) THEN RAISE EXCEPTION '{NOT_BY_AUTHOR}' USING ERRCODE = 'check_violation'; END IF;
      RETURN NEW;
    END $$""",  # noqa: S608 - all of it is ours
    f"""CREATE TRIGGER {APPROVAL}_other BEFORE INSERT ON {APPROVAL}
    FOR EACH ROW EXECUTE FUNCTION releases_other_approves()""",
)


def freeze(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRES_FUNCTIONS:
            schema_editor.execute(statement, params=None)
        for name, when, words in postgres_triggers():
            schema_editor.execute(
                f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION releases_refuse('{words}')", params=None
            )
    else:
        for name, rest in sqlite_triggers():
            schema_editor.execute(f"CREATE TRIGGER {name} {rest}", params=None)


def thaw(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION releases_refuse() CASCADE", params=None)
        schema_editor.execute("DROP FUNCTION releases_other_approves() CASCADE", params=None)
    else:
        for name, _ in sqlite_triggers():
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)


def make_first_rows(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("releases", "Channel").objects.get_or_create(name="production")
    apps.get_model("releases", "ServingRevision").objects.get_or_create(pk=1)


LOOKED_AT = ("release", "channel", "channelmove", "following", "approval")
PUBLISHED = ("release", "channel", "following", "approval")


def give_permissions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Everyone who looks sees releases; publishers make, approve and move them. Nobody deletes one."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    config = apps.get_app_config("releases")  # permissions come after all migrations: these are needed now
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    viewing = [f"view_{name}" for name in LOOKED_AT]
    publishing = [f"{verb}_{name}" for name in PUBLISHED for verb in ("add", "change")]
    publishing += ["delete_following", "delete_channel"]
    for name, wanted in (("viewer", viewing), ("editor", viewing), ("publisher", viewing + publishing)):
        group, _ = Group.objects.get_or_create(name=name)
        found = Permission.objects.filter(content_type__app_label="releases", codename__in=wanted)
        group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("releases", "0001_releases"),
        ("bindings", "0005_groups"),
    ]

    operations = [
        migrations.RunPython(freeze, thaw),
        migrations.RunPython(make_first_rows, migrations.RunPython.noop),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
