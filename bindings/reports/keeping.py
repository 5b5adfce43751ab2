"""Reports in the database: written once, compared with the one before, read again as entries or files."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction

from bindings.models import Waiver
from bindings.models.report import ValidationReport
from bindings.reports.comparison import compare, dated
from bindings.reports.entries import Entry, told
from bindings.reports.judging import REGISTRY_FILE, ROSTER_FILE, Judgement
from bindings.reports.subjects import of_agents, of_kpis
from bindings.signals import report_made
from contracts.findings import Level, Report
from contracts.waivers import subject_of
from jobs.database_clock import database_clock
from kpis.importing.joined import working_copy_stamp

KEPT_REPORTS = 100
"""Older reports are deleted."""
KEPT_ENTRIES = 100_000
"""Of more findings than this the worst are kept; the counts are those of all."""


@transaction.atomic
def keep(judgement: Judgement, *, trigger: str, job_id: int | None = None) -> ValidationReport:
    """Store a judgement as the next report, with what became of the findings of the one before."""
    previous = ValidationReport.objects.first()
    before = entries_in(previous) if previous else []
    at = database_clock.moment()
    entries = dated(before, judgement.entries, at.isoformat())
    changes = compare(before, entries)
    whole = len(entries) <= KEPT_ENTRIES and (previous is None or not previous.count("left_out"))
    counts = {
        "kpis": judgement.kpis,
        "agents": judgement.agents,
        "bindings": judgement.bindings,
        "new": len(changes.new) if previous else 0,
        # What was cut off before or now is not known to be fixed.
        "fixed": len(changes.fixed) if whole else 0,
        "staying": len(changes.staying) if previous else 0,
        "unchanged": int(previous is not None and previous.digest == judgement.digest),
        "left_out": max(0, len(entries) - KEPT_ENTRIES),
        **counted(entries),
    }
    report = ValidationReport.objects.create(
        at=at,
        trigger=trigger,
        digest=judgement.digest,
        counts=counts,
        findings=entries[:KEPT_ENTRIES],
        fixed=changes.fixed if whole else (),
        agent_counts=of_agents(entries),
        kpi_counts=of_kpis(entries),
        took=round(judgement.seconds, 3),
        previous=previous,
        job_id=job_id,
        stamp=judgement.stamp,
        revision=judgement.revision,
    )
    forget_old()
    report_made.send(sender=ValidationReport, report=report)
    return report


def is_outdated(report: ValidationReport) -> bool:
    """Whether the working copy is another one than the report looked at; seven queries."""
    return bool(report.stamp) and report.stamp != working_copy_stamp()


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How many entries of each level count, and how many are waived."""
    words = Counter("waived" if entry.waived else entry.level for entry in entries)
    return {word: words[word] for word in (*map(str, Level), "waived")}


def forget_old() -> None:
    """Delete all but the newest reports."""
    kept = ValidationReport.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT_REPORTS]
    if len(kept) == KEPT_REPORTS:
        ValidationReport.objects.filter(pk__lt=min(kept)).delete()


def entries_in(report: ValidationReport) -> list[Entry]:
    """The report's findings, waived ones too."""
    return [Entry.read(stored) for stored in report.findings]


def fixed_in(report: ValidationReport) -> list[Entry]:
    """The findings of the report before that are gone."""
    return [Entry.read(stored) for stored in report.fixed]


def as_report(report: ValidationReport, entries: Sequence[Entry]) -> Report:
    """Some of a report's entries as the formats take them; those that are waived are only counted."""
    counting = [entry.finding for entry in entries if not entry.waived]
    files = {REGISTRY_FILE, ROSTER_FILE, *(finding.file for finding in counting)}
    remarks = []
    if waived := sum(bool(entry.waived) for entry in entries):
        remarks.append(f"{waived:,} waived.")
    if left_out := report.count("left_out"):
        remarks.append(f"{left_out:,} more were not kept.")
    return Report.of(counting, () if report.looked_at_nothing else sorted(files), remark=" ".join(remarks))


@transaction.atomic
def silence(report: ValidationReport, waiver: Waiver) -> int:
    """Mark in a report what ``waiver`` silences, so that nobody has to wait for the next one. Returns how many."""
    report = ValidationReport.objects.select_for_update().get(pk=report.pk)
    entries, silenced = entries_in(report), 0
    for place, entry in enumerate(entries):
        if (
            entry.rule == waiver.rule
            and subject_of(entry.finding) == waiver.subject_name
            and not entry.waived
        ):
            entries[place] = entry._replace(waived=told(waiver.as_spec()))
            silenced += 1
    before = counted(entries_in(report))
    report.counts |= {word: report.count(word) + n - before[word] for word, n in counted(entries).items()}
    report.findings = entries
    if not report.count("left_out"):  # else nobody knows any more how many there were of each
        report.agent_counts, report.kpi_counts = of_agents(entries), of_kpis(entries)
    report.save(update_fields=["counts", "findings", "agent_counts", "kpi_counts"])
    return silenced
