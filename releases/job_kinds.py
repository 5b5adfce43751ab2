"""What this app does in the background: it sends webhooks, and forgets old deliveries."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from jobs.kinds import JobRun, job_kind, schedule
from releases.models import Delivery
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


schedule(FORGET, every=timedelta(days=1), offset=timedelta(hours=3))
