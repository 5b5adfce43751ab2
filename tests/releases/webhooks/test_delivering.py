"""Messages: written with what they tell of, delivered once, tried again, given up, sent again."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from jobs.models import Job
from jobs.services import cancel
from releases.models import Delivery, WebHook
from releases.webhooks.delivering import PAUSES, announce, forget_old, send_again, tell
from releases.webhooks.events import send_test
from releases.webhooks.signing import signature
from tests.releases.webhooks.conftest import run_now

pytestmark = pytest.mark.django_db


def only() -> Delivery:
    return Delivery.objects.get()


def test_a_message_arrives_signed_and_is_delivered(hook, listener):
    announce("report.made", {"report": 7})
    run_now()
    _, headers, body = listener.arrived[0]
    said = json.loads(body)
    assert (said["type"], said["data"]) == ("report.made", {"report": 7})
    assert headers["content-type"] == "application/json"
    assert headers["webhook-signature"] == signature(
        hook.secret,
        message_id=headers["webhook-id"],
        timestamp=int(headers["webhook-timestamp"]),
        body=body,
    )
    done = only()
    assert (done.state, done.message_id, len(done.tries)) == ("delivered", headers["webhook-id"], 1)
    assert done.last["status"] == 204
    assert done.finished is not None
    assert run_now() == 0


def test_only_webhooks_that_are_on_and_want_the_event_are_told(hook):
    WebHook.objects.create(name="off", url=hook.url, events=["report.made"], is_enabled=False)
    WebHook.objects.create(name="moves", url=hook.url, events=["channel.moved"])
    announce("report.made", {})
    assert only().hook == hook


def test_what_is_rolled_back_is_told_to_nobody(hook):
    with transaction.atomic():
        announce("report.made", {})
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not Job.objects.exists()


def test_a_failed_message_is_tried_again_later_with_the_same_bytes_and_id(hook, listener):
    listener.status, listener.answer = 500, b"boom"
    announce("report.made", {"text": "é €"})
    run_now()
    waiting = only()
    assert waiting.state == "waiting"
    assert waiting.last["error"] == "Answered 500, expected 2xx."
    assert waiting.last["text"] == "boom"
    due = Job.objects.get(state="queued").due_at - timezone.now()
    assert timedelta(0) < due <= timedelta(seconds=PAUSES[0])
    listener.status = 200
    run_now()
    (_, first, body), (_, second, again) = listener.arrived
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert only().state == "delivered"
    assert [made["number"] for made in only().tries] == [1, 2]


def test_after_the_last_try_a_message_is_given_up(hook, listener):
    listener.status = 503
    announce("report.made", {})
    for _ in range(len(PAUSES) + 1):
        assert run_now() == 1
    assert run_now() == 0
    assert (only().state, len(only().tries)) == ("failed", len(PAUSES) + 1)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_message_that_was_given_up_can_be_sent_again(hook, listener):
    listener.status = 503
    announce("report.made", {})
    while run_now():
        pass
    listener.status = 200
    send_again(only())
    assert only().state == "waiting"
    run_now()
    assert (only().state, only().last["number"]) == ("delivered", len(PAUSES) + 2)


def test_sending_again_twice_sends_once(hook, listener):
    announce("report.made", {})
    run_now()
    delivered = only()
    send_again(delivered)
    send_again(delivered)
    run_now()
    assert len(listener.arrived) == 2


def test_sending_again_brings_a_later_try_forward(hook, listener):
    listener.status = 503
    announce("report.made", {})
    run_now()
    assert not Job.objects.due().exists()
    send_again(only())
    assert Job.objects.due().count() == 1


def test_a_message_whose_job_was_cancelled_can_be_sent_again(hook, listener):
    announce("report.made", {})
    cancel(jobs=Job.objects.all())
    send_again(only())
    run_now()
    assert only().state == "delivered"


def test_a_worker_that_died_after_sending_sends_the_same_message_again(hook, listener, monkeypatch):
    """At least once: who gets a message twice knows it by its id."""
    announce("report.made", {})
    monkeypatch.setattr("releases.job_kinds.note", lambda *args: 1 / 0)
    run_now()
    assert only().tries == []
    monkeypatch.undo()
    Job.objects.update(due_at=timezone.now())
    Job.objects.update(state="queued")
    run_now()
    assert [headers["webhook-id"] for _, headers, _ in listener.arrived] == [only().message_id] * 2
    assert len(only().tries) == 1


def test_a_job_that_comes_late_sends_nothing(hook, listener):
    announce("report.made", {})
    run_now()
    Job.objects.update(state="queued", attempts_allowed=9)
    run_now()
    assert len(listener.arrived) == 1


def test_gone_turns_the_webhook_off(hook, listener):
    listener.status = 410
    announce("report.made", {})
    run_now()
    hook.refresh_from_db()
    assert (hook.is_enabled, only().state) == (False, "failed")
    assert run_now() == 0


def test_a_webhook_that_was_turned_off_gets_nothing_more(hook, listener):
    announce("report.made", {})
    WebHook.objects.update(is_enabled=False)
    run_now()
    assert (only().state, only().last["error"], listener.arrived) == (
        "failed",
        "The webhook is switched off.",
        [],
    )


def test_a_test_goes_to_a_webhook_that_is_off_and_is_tried_once(hook, listener):
    WebHook.objects.update(is_enabled=False)
    listener.status = 500
    hook.refresh_from_db()
    send_test(hook)
    run_now()
    assert json.loads(listener.arrived[0][2])["type"] == "test"
    assert only().state == "failed"
    assert run_now() == 0


def test_an_address_that_may_not_be_reached_is_told_in_the_log(hook, settings):
    settings.WEBHOOK_ALLOW = []
    announce("report.made", {})
    run_now()
    assert "This is no public address" not in only().last["text"]
    assert only().last["error"] == "This is no public address. AUREN_WEBHOOK_ALLOW can allow its network."


def test_a_deleted_webhook_takes_its_messages_along(hook):
    announce("report.made", {})
    hook.delete()
    run_now()
    assert Job.objects.get().result == {"said": "There is nothing left to send."}


def test_old_messages_are_forgotten_but_not_those_that_wait(hook, listener):
    for days in (1, 31):
        tell(hook, "report.made", {"days": days})
    run_now()
    tell(hook, "report.made", {"days": 31})
    for delivery in Delivery.objects.all():
        age = timedelta(days=json.loads(delivery.body)["data"]["days"])
        Delivery.objects.filter(pk=delivery.pk).update(created=timezone.now() - age)
    assert forget_old() == 1
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "waiting"]
