"""Messages on their way: written with what they tell of, tried, tried again later, given up, sent again."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models.functions import Now

from jobs.database_clock import database_clock
from jobs.models import Job
from jobs.services import enqueue, rerun
from kpis.bulk import CHANGES, BulkChange
from releases.models import Delivery, WebHook
from releases.models.webhook import TEST, new_message_id
from releases.webhooks.sending import NotSent, post
from releases.webhooks.signing import signed_headers

WEBHOOK = "webhook"
"""The kind of the jobs."""
SEND_AGAIN = "delivery.again"
"""What sending very many again is called in :data:`kpis.bulk.CHANGES`."""
PAUSES = (5, 60, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600)
"""Seconds before the second, third, … try. After the last a message is given up, ten and a half hours in all."""
GONE = 410
"""The other side asks for no more: https://www.rfc-editor.org/rfc/rfc9110#name-410-gone."""
KEPT_TRIES = 20
KEPT_FOR = timedelta(days=30)

Author = AbstractBaseUser | AnonymousUser | None
Try = dict[str, Any]
"""number, at, status, text, error and milliseconds of one try."""


def announce(event: str, data: Mapping[str, Any]) -> list[Delivery]:
    """Write a message for every webhook that wants ``event``.

    Within the transaction of what happened: a message is sent if that is committed, and never without.
    """
    hooks = [hook for hook in WebHook.objects.filter(is_enabled=True) if event in hook.events]
    return [tell(hook, event, data) for hook in hooks]


def tell(hook: WebHook, event: str, data: Mapping[str, Any], *, author: Author = None) -> Delivery:
    """Write one message, and the job that sends it; ``author`` may see how far that is."""
    now = database_clock.moment()
    message = {"type": event, "timestamp": now.isoformat(), "data": data}
    with transaction.atomic():
        delivery = Delivery.objects.create(
            hook=hook,
            event=event,
            message_id=new_message_id(),
            body=json.dumps(message, ensure_ascii=True, separators=(",", ":")),
            created=now,
        )
        plan(delivery, number=1, author=author)
    return delivery


def plan(delivery: Delivery, *, number: int, seconds: int = 0, author: Author = None) -> Job:
    """The job of a try; there is one for each number, however often this is called."""
    job = enqueue(
        kind=WEBHOOK,
        payload={"delivery": delivery.pk, "number": number},
        key=f"{delivery.pk}:{number}",
        due_at=database_clock.moment() + timedelta(seconds=seconds) if seconds else None,
        author=author,
    )
    if job.is_over:  # cancelled or parked before this try was made
        rerun(jobs=Job.objects.filter(pk=job.pk))
    Delivery.objects.filter(pk=delivery.pk).update(job=job, state=Delivery.State.WAITING, finished=None)
    return job


def send_again(delivery: Delivery, *, author: Author = None) -> None:
    """Send a message once more, now: the same bytes under the same id."""
    job = plan(delivery, number=delivery.next_number, author=author)
    waiting = Job.objects.filter(pk=job.pk, state__in=(Job.State.QUEUED, Job.State.FAILED))
    waiting.update(due_at=Now())  # a try that was to come later comes now


def send_all_again(ids: Sequence[int], author: Author) -> int:
    """Send these messages once more, all or none of them."""
    with transaction.atomic():
        rows = Delivery.objects.defer("body").filter(pk__in=ids)
        for delivery in rows:
            send_again(delivery, author=author)
    return len(rows)


CHANGES[SEND_AGAIN] = BulkChange("releases.change_webhook", "queued again", send_all_again)


def attempt(delivery: Delivery, number: int) -> Try:
    """Try once, and say what came of it. Raises nothing; stores nothing."""
    hook, body, now = delivery.hook, delivery.body.encode(), database_clock.moment()
    said: Try = {"number": number, "at": now.isoformat(), "status": 0, "text": "", "error": ""}
    if not hook.is_enabled and delivery.event != TEST:
        return said | {"error": "The webhook is switched off.", "milliseconds": 0}
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "AUREN-Admin",
        "Accept-Encoding": "identity",
        **signed_headers(
            hook.signing_secrets,
            message_id=delivery.message_id,
            timestamp=int(database_clock.time()),
            body=body,
        ),
    }
    started = time.monotonic()
    try:
        answer = post(hook.url, body=body, headers=headers)
    except NotSent as error:
        took = round((time.monotonic() - started) * 1000)
        return said | {"error": str(error), "milliseconds": took}
    trouble = "" if answer.is_success else f"Answered {answer.status}, expected 2xx."
    if 300 <= answer.status < 400:
        trouble = (
            f"Answered {answer.status}, a redirect, which is not followed: enter the address it leads to."
        )
    return said | {
        "status": answer.status,
        "text": answer.text,
        "error": trouble,
        "milliseconds": answer.milliseconds,
    }


def note(delivery: Delivery, made: Try) -> None:
    """Keep what came of a try, and plan the next where there is one. Within the transaction that ends the job."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("hook").get(pk=delivery.pk)
    delivery.tries = [*delivery.tries, made][-KEPT_TRIES:]
    number, finished = made["number"], database_clock.moment()
    if not made["error"]:
        delivery.state, delivery.finished = Delivery.State.DELIVERED, finished
    elif may_try_again(delivery, made):
        plan(delivery, number=number + 1, seconds=PAUSES[number - 1])
        delivery.state = Delivery.State.WAITING
    else:
        delivery.state, delivery.finished = Delivery.State.FAILED, finished
    if made["status"] == GONE:
        WebHook.objects.filter(pk=delivery.hook_id).update(is_enabled=False)
    delivery.save(update_fields=["tries", "state", "finished"])


def may_try_again(delivery: Delivery, made: Try) -> bool:
    """Whether a failed message is tried again by itself: not a test, nor what nobody waits for any more."""
    wanted = delivery.event != TEST and delivery.hook.is_enabled and made["status"] != GONE
    return wanted and made["number"] <= len(PAUSES)


def forget_old() -> int:
    """Delete messages that were delivered or given up long ago. Returns how many."""
    over = Delivery.objects.exclude(state=Delivery.State.WAITING)
    return over.filter(created__lt=database_clock.moment() - KEPT_FOR).delete()[0]
