"""Who holds a token stays on record when their account goes."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import kpis.models.fields

GONE = "(an account that is gone)"
"""Tokens were made in the admin alone: where nobody is left to answer for one, an account was deleted."""


def name_holders(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    tokens = apps.get_model("bindings", "ApiToken").objects
    for token in tokens.exclude(author=None).select_related("author"):
        tokens.filter(pk=token.pk).update(author_name=token.author.username)
    tokens.filter(author=None).update(author_name=GONE)


class Migration(migrations.Migration):
    dependencies = [("bindings", "0005_groups")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="author_name",
            field=kpis.models.fields.LineField(
                blank=True,
                default="",
                editable=False,
                help_text="Whoever made it and was shown its secret; stays when their account goes. "
                "Empty: made by the system.",
                max_length=150,
                verbose_name="holder",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_holders, migrations.RunPython.noop),
    ]
