"""The database itself refuses a state that may not follow the one before, and to change what people said.

A migration that has SQLite make one of these tables anew loses its triggers there: call ``freeze`` again in it.
"""

from collections.abc import Iterator

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RUN, STEP, OFFER = "protocols_protocolrun", "protocols_step", "protocols_handoffoffer"
INTERVENTION = "protocols_intervention"
ENDS = "completed recovered failed timed_out overridden taken_over withdrawn"
MOVES = {
    RUN: {
        "offered": "active refused ignored recovered timed_out overridden taken_over withdrawn",
        "waiting": f"active {ENDS}",
        "active": ENDS,
        "completed": "active waiting overridden withdrawn",
        "failed": "active waiting completed overridden taken_over withdrawn",
        "timed_out": "active waiting completed failed overridden taken_over withdrawn",
        "recovered": "completed failed overridden withdrawn",
    },
    STEP: {
        "pending": "started done failed skipped overridden not_needed",
        "started": "done failed skipped overridden not_needed",
        "not_needed": "pending done failed",
        "overridden": "done failed",
    },
    OFFER: {"offered": "accepted refused ignored withdrawn"},
}
"""What :mod:`protocols.lifecycle` had when this was written; a test holds the two together."""
SAID = ("id", "run_id", "step_id", "kind", "reason_code", "words", "author_name", "at")
WORDS = {
    RUN: "this state of a run cannot follow the one before",
    STEP: "this state of a step cannot follow the one before",
    OFFER: "this state of a hand-off cannot follow the one before",
    INTERVENTION: "what a person did about a run never changes",
}


def unlawful(table: str) -> str:
    """The condition of a move that may not be made."""
    lawful = " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state IN ({', '.join(repr(one) for one in after.split())}))"
        for before, after in MOVES[table].items()
    )
    return f"NEW.state <> OLD.state AND NOT ({lawful})"


def refusals(differs: str) -> Iterator[tuple[str, str, str]]:
    """Name of the trigger, table and condition."""
    for table in MOVES:
        yield f"{table}_lawful", table, unlawful(table)
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in SAID)
    yield f"{INTERVENTION}_kept", INTERVENTION, changed


FUNCTION = """CREATE FUNCTION protocols_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$"""


def freeze(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        for name, table, condition in refusals("IS DISTINCT FROM"):
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition})"
                f" EXECUTE FUNCTION protocols_refuse('{WORDS[table]}')",
                params=None,
            )
    else:
        for name, table, condition in refusals("IS NOT"):
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{WORDS[table]}'); END",
                params=None,
            )


def thaw(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION protocols_refuse() CASCADE", params=None)
    else:
        for name, _, _ in refusals("IS NOT"):
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("protocols", "0001_protocol_runs"),
    ]

    operations = [migrations.RunPython(freeze, thaw)]
