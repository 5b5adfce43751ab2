"""No one person alone changes what agents get: accounts that stay known, protection that two people take away.

Agents follow a channel by their name from now on, so that a row of the roster decides nothing.
"""

from collections.abc import Mapping
from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

import kpis.models.fields

immutable = import_module("releases.migrations.0002_immutable")
RELEASE, APPROVAL, MOVE = immutable.RELEASE, immutable.APPROVAL, immutable.MOVE
FROZEN = {
    RELEASE: (*immutable.FROZEN[RELEASE], "author_account"),
    APPROVAL: (*immutable.FROZEN[APPROVAL], "person_account"),
    MOVE: (*immutable.FROZEN[MOVE], "agent_name", "by_account", "approved_by"),
}
WORDS = "the author of a release, or of the same content before, cannot approve it"
BY_AUTHOR = f"""NEW.verdict = 'approved' AND (NEW.person_account IS NULL OR EXISTS (
    SELECT 1 FROM {RELEASE} made JOIN {RELEASE} it ON it.digest = made.digest AND made.number <= it.number
    WHERE it.id = NEW.release_id AND made.author_account = NEW.person_account))"""  # noqa: S608 - all of it is ours
POSTGRES_FUNCTION = f"""CREATE OR REPLACE FUNCTION releases_other_approves() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF {BY_AUTHOR} THEN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation'; END IF;
      RETURN NEW;
    END $$"""


def thaw(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.thaw(apps, schema_editor)


def freeze_as_before(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.freeze(apps, schema_editor)


def freeze(
    apps: Apps, schema_editor: BaseDatabaseSchemaEditor, frozen: Mapping[str, tuple[str, ...]] = FROZEN
) -> None:
    """As before, with the new columns, and nobody approves what they made themselves."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in (
            immutable.POSTGRES_FUNCTIONS[0],
            POSTGRES_FUNCTION,
            immutable.POSTGRES_FUNCTIONS[2],
        ):
            schema_editor.execute(statement, params=None)
        for name, when, words in immutable.postgres_triggers(frozen):
            rest = f"{when} EXECUTE FUNCTION releases_refuse('{words}')"
            schema_editor.execute(f"CREATE TRIGGER {name} {rest}", params=None)
        return
    for name, rest in immutable.sqlite_triggers(frozen):
        if not name.endswith("_other"):
            schema_editor.execute(f"CREATE TRIGGER {name} {rest}", params=None)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    schema_editor.execute(
        f"CREATE TRIGGER {APPROVAL}_other BEFORE INSERT ON {APPROVAL} WHEN {BY_AUTHOR} {refuse}", params=None
    )


def know_accounts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, person in (("Release", "author"), ("Approval", "person"), ("ChannelMove", "by")):
        rows = apps.get_model("releases", model).objects.exclude(**{person: None})
        rows.update(**{f"{person}_account": F(f"{person}_id")})


def follow_by_name(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for row in apps.get_model("releases", "Following").objects.select_related("agent"):
        row.agent_name = row.agent.name
        row.save(update_fields=["agent_name"])


def begin_way_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What a protected channel serves now may come back."""
    for channel in (
        apps.get_model("releases", "Channel").objects.filter(is_protected=True).exclude(release=None)
    ):
        channel.way_back.set([channel.release_id])


class Migration(migrations.Migration):
    dependencies = [("releases", "0003_webhooks")]

    operations = [
        migrations.RunPython(thaw, freeze_as_before),
        migrations.CreateModel(
            name="Unprotection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for a second person"),
                            ("confirmed", "confirmed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("asked_account", models.BigIntegerField()),
                ("asked_name", models.CharField(max_length=200)),
                ("reason", kpis.models.fields.LineField(blank=True, max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_account", models.BigIntegerField(null=True)),
                ("settled_name", models.CharField(blank=True, max_length=200)),
                ("settled", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.AddField(
            model_name="approval",
            name="person_account",
            field=models.BigIntegerField(
                editable=False, help_text="The person's id, kept when the account is gone.", null=True
            ),
        ),
        migrations.AddField(
            model_name="channel",
            name="way_back",
            field=models.ManyToManyField(
                blank=True,
                editable=False,
                help_text="What everyone who follows it got while it asked for approval: one person may go back there.",
                related_name="+",
                to="releases.release",
            ),
        ),
        migrations.AddField(
            model_name="channelmove",
            name="agent_name",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="channelmove",
            name="approved_by",
            field=models.CharField(
                blank=True, help_text="Who approved the release, or agreed to the change.", max_length=1000
            ),
        ),
        migrations.AddField(
            model_name="channelmove",
            name="by_account",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="following",
            name="agent_name",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="release",
            name="author_account",
            field=models.BigIntegerField(
                editable=False, help_text="The author's id, kept when the account is gone.", null=True
            ),
        ),
        migrations.AddField(
            model_name="servingrevision",
            name="approval_required",
            field=models.BooleanField(
                default=False,
                help_text="Every channel asks for approval. In the database, so that no server can differ.",
            ),
        ),
        migrations.AlterField(
            model_name="channel",
            name="is_protected",
            field=models.BooleanField(
                default=False,
                help_text="Only releases that someone other than their author approved may go here. One person protects a channel; to take that away needs two.",
                verbose_name="protected",
            ),
        ),
        migrations.AlterField(
            model_name="channelmove",
            name="after",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="releases.release",
            ),
        ),
        migrations.AlterField(
            model_name="channelmove",
            name="kind",
            field=models.CharField(
                choices=[
                    ("publish", "published"),
                    ("rollback", "rolled back"),
                    ("promote", "promoted"),
                    ("follow", "followed by"),
                    ("protect", "protected"),
                    ("ask", "asked to unprotect"),
                    ("withdraw", "stays protected"),
                    ("unprotect", "unprotected"),
                    ("require", "approval required everywhere"),
                    ("relax", "approval no longer required everywhere"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="channelmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["publish", "rollback", "promote"]), _negated=True),
                    ("after__isnull", False),
                    _connector="OR",
                ),
                name="move_goes_somewhere",
            ),
        ),
        migrations.AddField(
            model_name="unprotection",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="unprotections",
                to="releases.channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="unprotection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("channel",), name="unprotection_asked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="unprotection",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "confirmed", "withdrawn"])),
                name="unprotection_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="unprotection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    models.Q(
                        ("settled_account__isnull", False),
                        models.Q(("settled_account", models.F("asked_account")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="unprotection_takes_two",
            ),
        ),
        migrations.RunPython(know_accounts, migrations.RunPython.noop),
        migrations.RunPython(follow_by_name, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="following",
            name="agent_name",
            field=models.CharField(max_length=40, unique=True),
        ),
        migrations.RemoveField(model_name="following", name="agent"),
        migrations.RunPython(begin_way_back, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]
