"""Every release is put into parts, or taken out of them again.

One release at a time, each in a transaction of its own: a migration that was ended in between goes on where it was.
"""

from __future__ import annotations

import json

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from releases.models.packing import cut, digest_of, digests_in, pack, unpack

PIECE = 450
"""Parts that are asked for or stored at once: two values each, and SQLite takes 999."""


def pack_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have every release in parts, beside the texts that it still has."""
    releases = apps.get_model("releases", "Release").objects
    waiting = releases.filter(findings_parts=None).order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting):
        with transaction.atomic():
            text, findings = releases.values_list("text", "findings").get(pk=pk)
            told = json.dumps(findings, separators=(",", ":"), ensure_ascii=False)
            releases.filter(pk=pk).update(document_parts=keep(apps, text), findings_parts=keep(apps, told))


def unpack_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have every release's texts again as they were."""
    releases = apps.get_model("releases", "Release").objects
    waiting = releases.filter(text=None).order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting):
        with transaction.atomic():
            document, findings = releases.values_list("document_parts", "findings_parts").get(pk=pk)
            text, told = text_of(apps, document), json.loads(text_of(apps, findings))
            releases.filter(pk=pk).update(text=text, findings=told)


def keep(apps: Apps, text: str) -> bytes:
    """Store the parts of a text that nobody has yet; return what names them all."""
    model = apps.get_model("releases", "ReleasePart")
    parts = [(digest_of(part), part) for part in cut(text.encode())]
    missing = {digest.hex(): part for digest, part in parts}
    names = list(missing)
    for start in range(0, len(names), PIECE):
        known = model.objects.filter(pk__in=names[start : start + PIECE])
        for name in known.values_list("pk", flat=True):
            del missing[name]
    rows = (model(digest=name, packed=pack(part)) for name, part in missing.items())
    model.objects.bulk_create(rows, batch_size=PIECE)
    return b"".join(digest for digest, _ in parts)


def text_of(apps: Apps, names: bytes) -> str:
    """The text whose parts these names are."""
    model = apps.get_model("releases", "ReleasePart")
    digests = [digest.hex() for digest in digests_in(bytes(names))]
    found: dict[str, bytes] = {}
    for start in range(0, len(digests), PIECE):
        rows = model.objects.filter(pk__in=digests[start : start + PIECE]).values_list("pk", "packed")
        found |= {name: unpack(packed) for name, packed in rows}
    return b"".join(found[name] for name in digests).decode()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("releases", "0008_release_parts")]

    operations = [migrations.RunPython(pack_all, unpack_all)]
