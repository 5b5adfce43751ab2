"""What apps above this one have to say of a working copy that is about to be published, beside the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils import timezone

from bindings.models import Waiver
from bindings.reports.entries import Entry, entries_of, told
from contracts.findings import Finding
from contracts.release import ReleaseDocument
from contracts.release_pieces import ReleasePieces
from contracts.waivers import waived

Read = Callable[[], ReleaseDocument | ReleasePieces]
CHECKS: list[Callable[[Read], Iterable[Finding]]] = []
"""Each says something of a document, or nothing, within about a second: somebody waits for it. A warning wants a
reason to be published, at every door, and the release keeps both."""


def entries_beside(read: Read) -> list[Entry]:
    """Everything that is to be said, waived findings last and marked as such; ``read`` gives the document, which takes
    half a second where it is large: a check that has nothing to say without it does not ask."""
    findings = [finding for check in CHECKS for finding in check(read)]
    if not findings:
        return []
    today = timezone.localdate()
    # One that has expired is spoken of among the rules' own findings.
    waivers = [one for one in Waiver.objects.all().as_specs() if one.expires >= today]
    parted = waived(findings, waivers, today)
    owners = {kpi.name: kpi.owner for kpi in read().kpis.values() if kpi.owner}
    entries = list(entries_of([*parted.open, *(finding for finding, _ in parted.silenced)], owners))
    for place, (_, waiver) in enumerate(parted.silenced, start=len(parted.open)):
        entries[place] = entries[place]._replace(waived=told(waiver))
    return entries
