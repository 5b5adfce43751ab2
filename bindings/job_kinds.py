"""What this app does in the background: validation reports, on demand and every night."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

import bindings.bulk  # noqa: F401 - its changes are known from here on
from bindings.background import VALIDATION_REPORT
from bindings.models.report import ValidationReport
from bindings.reports.files import VALIDATE_FILE, as_result, report_on
from bindings.reports.judging import judge_all
from bindings.reports.keeping import keep
from jobs.kinds import JobRun, job_kind, schedule
from jobs.models import Job

NIGHT = timedelta(hours=2)
"""When the nightly report is due, after midnight UTC."""


@job_kind(VALIDATION_REPORT)
def run_validation_report(work: JobRun) -> Mapping[str, Any] | None:
    """Judge everything and keep the report; a report and the end of its job are stored together or not at all."""
    judgement = judge_all(progress=work.progress)
    trigger = work.payload.get("trigger", ValidationReport.Trigger.MANUAL)
    with transaction.atomic():
        report = keep(judgement, trigger=trigger, job_id=work.job_id)
        result = {"report": report.pk}
        work.finish(result)
    return result


@job_kind(VALIDATE_FILE)
def validate_file(work: JobRun) -> Mapping[str, Any] | None:
    """Judge a file that somebody sent; once that is done, its text is not kept."""
    work.progress(0, 1, "reading")
    result = as_result(report_on(work.payload["text"].encode(), work.payload["name"]))
    kept = {"name": work.payload["name"], "caller": work.payload["caller"]}
    with transaction.atomic():
        Job.objects.held(work.job_id, work.attempt).update(payload=kept)
        work.finish(result)
    return result


schedule(
    VALIDATION_REPORT,
    every=timedelta(days=1),
    offset=NIGHT,
    payload={"trigger": ValidationReport.Trigger.NIGHTLY.value},
)
