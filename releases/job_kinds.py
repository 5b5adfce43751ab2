"""What this app does in the background: it judges a large working copy, sends webhooks, and forgets old deliveries."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from jobs.kinds import JobRun, job_kind, schedule
from releases.models import Delivery
from releases.services import PublishRefused
from releases.services.planning import rules_on_copy
from releases.services.preparing import PREPARE
from releases.webhooks.delivering import WEBHOOK, attempt, forget_old, note

FORGET = "webhook_forget"


@job_kind(WEBHOOK, lease=timedelta(minutes=2))
def run_webhook(work: JobRun) -> Mapping[str, Any] | None:
    """One try to deliver one message. What came of it and the end of the job are stored together or not at all."""
    delivery = Delivery.objects.select_related("hook").filter(pk=work.payload["delivery"]).first()
    number = int(work.payload["number"])
    if delivery is None or delivery.next_number > number:
        return {"said": "There is nothing left to send."}
    made = attempt(delivery, number)
    result = {"delivered": not made["error"], "said": made["error"] or f"Answered {made['status']}."}
    with transaction.atomic():
        work.finish(result)
        note(delivery, made)
    return result


@job_kind(FORGET)
def run_forget(work: JobRun) -> Mapping[str, Any] | None:
    """Delete old deliveries."""
    return {"deleted": forget_old()}


@job_kind(PREPARE)
def run_prepare(work: JobRun) -> Mapping[str, Any] | None:
    """Read and judge the working copy, so that publishing need not."""
    try:
        judged = rules_on_copy(work.progress)
    except PublishRefused as refused:  # people keep saving: whoever looks next asks again
        return {"said": refused.message}
    return {"digest": judged.digest}


schedule(FORGET, every=timedelta(days=1), offset=timedelta(hours=3))
