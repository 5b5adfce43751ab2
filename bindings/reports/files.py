"""What the rules say of one file that somebody sent: at once where it is small, else by a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from contracts.context import RegistryContext
from contracts.findings import Finding, Level, Report
from contracts.formats.json_report import finding_data
from contracts.loading import tree_of
from contracts.tree import check_tree
from jobs.models import Job
from jobs.services import enqueue, open_of
from kpis.importing import JOINED
from kpis.importing.planning import context_for
from kpis.models import Unit

VALIDATE_FILE = "validate_file"
AT_ONCE_BYTES = 512 * 1024
"""Of a file that is judged while its sender waits: well under a second's work. Larger ones are a job's."""
MOST_FINDINGS = 1_000
"""Findings of an answer, the worst; the others are counted."""
MOST_OPEN = 2
"""Files of one caller that wait to be judged, or are being judged, at a time."""


class TooMany(Exception):
    """This caller has enough files waiting."""


def report_on(body: bytes, name: str) -> Report:
    """What reading and every rule say of one file; the file is judged among what there is here."""
    tree = tree_of(
        {name: body},
        max_bytes=settings.IMPORT_MAX_BYTES,
        units=[unit.as_spec() for unit in Unit.objects.all()],
    )
    registry = next((one.document for one in tree.registries if one.document), None)
    around: RegistryContext | None = context_for(registry, prune=False) if registry else None
    texts = {one.source.file: one.source.text for one in tree.loaded}
    beside = JOINED[0].beside(tree, prune=False) if JOINED else None
    return Report.of(check_tree(tree, around, beside), [name], texts=texts).cut(MOST_FINDINGS)


def ask_for_report_on(body: bytes, name: str, *, caller: str) -> Job:
    """The job that judges the file. Raises TooMany, and UnicodeDecodeError for what is no text."""
    if open_of(kind=VALIDATE_FILE, caller=caller) >= MOST_OPEN:
        raise TooMany
    return enqueue(kind=VALIDATE_FILE, payload={"name": name, "text": body.decode(), "caller": caller})


def as_result(report: Report) -> dict[str, Any]:
    """The report as a job keeps it; of the file itself nothing stays."""
    return {
        "findings": [finding_data(finding) for finding in report.findings],
        "files": list(report.files),
        "remark": report.remark,
        "left_out": {level.value: count for level, count in report.left_out.items()},
    }


def of_result(result: Mapping[str, Any]) -> Report:
    """The inverse of :func:`as_result`, without the text of the file."""
    return Report(
        tuple(map(_finding, result["findings"])),
        tuple(result["files"]),
        result["remark"],
        left_out={Level(level): count for level, count in result["left_out"].items()},
    )


def _finding(data: Mapping[str, Any]) -> Finding:
    return Finding(
        data["rule"],
        Level(data["level"]),
        tuple(data["path"]),
        data["message"],
        data["hint"],
        data["subject"],
        data["file"],
        data["line"] or 0,
        data["column"] or 0,
    )
