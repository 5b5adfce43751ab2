"""Folds a text for searching, on PostgreSQL: `contracts.texts.folded` as a function of the database.

SQLite has no functions of its own; each connection is given that very one.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTION = """
CREATE OR REPLACE FUNCTION auren_folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT replace(replace(lower({text}), 'ς', 'σ'), 'ß', 'ss') $$
"""


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection: Any = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        # A database in the C locale knows the case of ASCII only; ICU knows that of every letter. A server that was
        # built without ICU goes by its own locale.
        cursor.execute("SELECT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu')")
        collation = ' COLLATE "und-x-icu"' if cursor.fetchone()[0] else ""
        cursor.execute(FUNCTION.format(text=f"normalize($1, NFKC){collation}"))


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection: Any = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS auren_folded(text)")


class Migration(migrations.Migration):
    dependencies = [("kpis", "0005_placed_once")]

    operations = [migrations.RunPython(create, drop)]
