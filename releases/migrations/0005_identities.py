"""What a name of a release stands for is kept beside it, and who an agent is follows a channel, whatever it is called."""

import json

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def know_released(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now a name was all there was: whoever had one in any release is who goes by it."""
    releases, released = apps.get_model("releases", "Release"), apps.get_model("releases", "ReleasedAgent")
    identities = apps.get_model("bindings", "AgentIdentity")
    known = dict(identities.objects.values_list("name", "pk"))
    following = apps.get_model("releases", "Following").objects

    def who(name: str) -> int:
        if name not in known:
            known[name] = identities.objects.create(name=name).pk
        return known[name]

    for pk, text in releases.objects.order_by("pk").values_list("pk", "text").iterator(chunk_size=20):
        names = json.loads(text).get("roster", {}).get("agents", {})
        rows = [released(release_id=pk, identity_id=who(name), name=name) for name in names]
        released.objects.bulk_create(rows, batch_size=1000)
    for pk, name in list(following.values_list("pk", "agent_name")):
        following.filter(pk=pk).update(agent_id=who(name))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("releases", "0004_two_people"), ("bindings", "0010_agent_identity")]

    operations = [
        migrations.CreateModel(
            name="ReleasedAgent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="released",
                        to="bindings.agentidentity",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agents",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("release", "name"), name="released_agent_name_once"),
                    models.UniqueConstraint(
                        fields=("release", "identity"), name="released_agent_identity_once"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="following",
            name="agent",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="following",
                to="bindings.agentidentity",
            ),
        ),
        migrations.RunPython(know_released),
        migrations.RemoveField(model_name="following", name="agent_name"),
        migrations.AlterField(
            model_name="following",
            name="agent",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="following",
                to="bindings.agentidentity",
            ),
        ),
    ]
