"""The working copy as publishing sees it: a mark that changes with it, and what was last read and judged under one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from releases.models.packing import pack, unpack

TABLES: Final = (
    "kpis_kpi",
    "kpis_threshold",
    "kpis_unit",
    "kpis_registrysettings",
    "kpis_validationrule",
    "bindings_agent",
    "bindings_binding",
    "bindings_trigger",
    "bindings_action",
    "bindings_actioncatalogue",
    "bindings_actionkind",
    "bindings_handoff",
    "bindings_roster",
    "bindings_waiver",
)
"""All that a release or what the rules say of it is made of."""
MARK: Final = "releases_workingcopymark"
TRIGGER: Final = "changes_working_copy"
EVENTS: Final = ("INSERT", "UPDATE", "DELETE")


class WorkingCopyMark(models.Model):
    """One row, whose ``mark`` becomes a new random one whenever anything of the working copy is written, by whomever:
    triggers of the database see to it. Two readings under one mark read the same."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    mark = models.CharField(max_length=36)

    def __str__(self) -> str:
        return self.mark

    @classmethod
    def current(cls) -> str:
        """The mark now; "" where nothing was ever written."""
        return cls.objects.filter(pk=1).values_list("mark", flat=True).first() or ""


class PreparedCopy(models.Model):
    """One row: the working copy as it was read and judged last, packed. It counts while the mark is the same, and the
    code and the day that it was judged by: rules change with the one, waivers end with the other."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    mark = models.CharField(max_length=36)
    code = models.CharField(max_length=64)
    day = models.DateField()
    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    document = models.BinaryField()
    findings = models.BinaryField()

    def __str__(self) -> str:
        return f"working copy {self.mark}"

    @classmethod
    def keep(cls, *, content: bytes, findings: Sequence[Any], **columns: Any) -> None:
        """Keep this in place of what was kept before."""
        told = json.dumps(findings, separators=(",", ":"), ensure_ascii=False).encode()
        values = columns | {"document": pack(content), "findings": pack(told)}
        cls.objects.update_or_create(pk=1, defaults=values)

    @property
    def content(self) -> bytes:
        """The canonical document; nothing where a row cannot be written down."""
        return unpack(bytes(self.document))

    @property
    def entries(self) -> list[Any]:
        """What the rules say, as lists."""
        found: list[Any] = json.loads(unpack(bytes(self.findings)))
        return found


def watch_working_copy(connection: BaseDatabaseWrapper) -> None:
    """Have the triggers that there are not yet: SQLite loses those of a table that a migration makes anew."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if MARK not in there:
            return
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for table in TABLES:
            for statement in _statements(connection.vendor, table) if table in there else ():
                cursor.execute(statement)


def leave_working_copy(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: without the table that they write, nothing could be written to those that they watch."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {TRIGGER}() CASCADE")
            return
        for table in TABLES:
            for event in EVENTS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {TRIGGER}_{table}_{event.lower()}")


POSTGRES_FUNCTION: Final = f"""CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO {MARK} (id, mark) VALUES (1, gen_random_uuid()::text)
      ON CONFLICT (id) DO UPDATE SET mark = excluded.mark;
      RETURN NULL;
    END $$"""  # noqa: S608 - all of it is ours


def _statements(vendor: str, table: str) -> Sequence[str]:
    if vendor == "postgresql":
        return (
            f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TRIGGER}()",
        )
    # Not INSERT OR REPLACE: the clause of the statement that fired a trigger counts in it too.
    new = "lower(hex(randomblob(16)))"
    marking = f"UPDATE {MARK} SET mark = {new} WHERE id = 1; "  # noqa: S608 - our own name
    marking += f"INSERT INTO {MARK} (id, mark) SELECT 1, {new} WHERE NOT EXISTS (SELECT 1 FROM {MARK})"  # noqa: S608
    return [
        f"CREATE TRIGGER IF NOT EXISTS {TRIGGER}_{table}_{event.lower()} AFTER {event} ON {table} BEGIN {marking}; END"
        for event in EVENTS
    ]
