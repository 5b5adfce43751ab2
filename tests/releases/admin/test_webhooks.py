"""Webhooks in the browser: made, tested, given a new secret; a secret is shown once."""

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from releases.models import Delivery, WebHook
from releases.webhooks.delivering import announce
from tests.bindings.api.conftest import member
from tests.form_filling import fill_in
from tests.releases.webhooks.conftest import hook, listener, near, registry, run_now

__all__ = ["hook", "listener", "near", "registry"]

ADD = "/admin/releases/webhook/add/"
FORM = {
    "name": "deploy-bot",
    "url": "https://hooks.example.org/T0/xyzzy",
    "events": ["report.made", "channel.moved"],
    "is_enabled": "on",
}


def change(hook: WebHook, what: str = "change") -> str:
    return f"/admin/releases/webhook/{hook.pk}/{what}/"


@pytest.fixture
def publisher(db) -> Client:
    return member("publisher")


def secret_on(page: Any) -> str:
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    text: str = page.content.decode().split('<code id="secret">')[1]
    return text.split("<")[0].replace("&#x2B;", "+")


def test_a_secret_is_shown_once(publisher):
    secret = secret_on(publisher.post(ADD, FORM))
    made = WebHook.objects.get()
    assert secret == made.secret
    assert sorted(made.events) == ["channel.moved", "report.made"]
    assert made.author is not None
    assert secret not in publisher.get(change(made)).content.decode()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "required"),
        ("example.org/hook", "such as https://"),
        ("ftp://example.org/", "such as https://"),
        ("javascript:alert(1)", "such as https://"),
        ("https://", "such as https://"),
        ("https://[::1", "such as https://"),
        ("https://example.org:99999/", "such as https://"),
        ("https://example.org:0/", "such as https://"),
        ("https://user:secret@example.org/", "password"),  # pragma: allowlist secret
        ("https://example.org/#part", "follows #"),
        ("https://m\u00fcnchen.example/", "ASCII"),
        ("https://example.org/a b", "ASCII"),
        ("https://example.org\\@127.0.0.1/", "ASCII"),
        ("https://example.org/\r\nX-Evil: 1", "ASCII"),
        ("https://example.org/\x00", "Null"),
        ("https://example.org/" + "x" * 500, "at most 500"),
        ("http://example.org/", "use https://"),
        ("https://127.0.0.1/", "no public address"),
        ("https://[::ffff:10.0.0.1]/", "no public address"),
        ("http://169.254.169.254/latest/meta-data/", "no public address"),
    ],
)
def test_an_address_that_cannot_be_told_anything_is_refused(publisher, url, said):
    page = publisher.post(ADD, FORM | {"url": url})
    assert page.status_code == 200
    assert said in " ".join(page.context["adminform"].form.errors["url"])
    assert not WebHook.objects.exists()


@pytest.mark.parametrize("events", [[], ["release.deleted"]])
def test_an_event_is_one_there_is(publisher, events):
    page = publisher.post(ADD, FORM | {"events": events})
    assert page.context["adminform"].form.errors.keys() == {"events"}


def test_a_new_secret_leaves_the_old_one_a_day(publisher, hook):
    old = hook.secret
    page = publisher.post(change(hook, "secret"), {"seen": hook.mark})
    new = secret_on(page)
    assert "until" in page.content.decode()
    hook.refresh_from_db()
    assert hook.signing_secrets == [new, old]


def test_a_test_is_followed_to_its_answer(publisher, hook, listener):
    answer = publisher.post(change(hook, "test"))
    page = publisher.get(answer["Location"]).content.decode()
    assert "On its way" in page
    job = Job.objects.get()
    assert publisher.get(f"/admin/jobs/job/{job.pk}/progress/").json()["over"] is False
    run_now()
    page = publisher.get(answer["Location"]).content.decode()
    assert "On its way" not in page
    assert "Accepted." in page
    assert "&quot;type&quot;: &quot;test&quot;" in page
    assert len(listener.arrived) == 1
    assert "normal" in publisher.get("/admin/releases/webhook/").content.decode()


def test_a_failure_is_shown_with_what_was_answered_and_when_it_is_tried_again(publisher, hook, listener):
    listener.status, listener.answer = 500, b"<script>alert(1)</script>"
    (message,) = announce("report.made", {"name": "<b>"})
    run_now()
    page = publisher.get(f"/admin/releases/delivery/{message.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "It is tried again at" in page
    assert "Answered 500" in publisher.get(change(hook)).content.decode()


def test_a_message_is_sent_again_by_its_button_and_by_the_action(publisher, hook, listener):
    (message,) = announce("report.made", {})
    run_now()
    publisher.post(f"/admin/releases/delivery/{message.pk}/again/")
    run_now()
    page = publisher.post(
        "/admin/releases/delivery/",
        {"action": "send_all_again", "_selected_action": [message.pk]},
        follow=True,
    )
    assert "1 message is queued again." in page.content.decode()
    run_now()
    assert len(listener.arrived) == 3


def test_the_messages_of_one_webhook_are_listed(publisher, hook):
    other = WebHook.objects.create(name="other-bot", url=hook.url, events=["report.made"])
    announce("report.made", {})
    assert "?hook__id__exact=" in publisher.get(change(hook)).content.decode()
    page = publisher.get(f"/admin/releases/delivery/?hook__id__exact={other.pk}")
    assert [row.hook for row in page.context["cl"].result_list] == [other]


@pytest.mark.parametrize("what", ["test", "secret"])
def test_a_link_does_nothing(publisher, hook, what):
    assert publisher.get(change(hook, what)).status_code == 405
    assert publisher.get(f"/admin/releases/webhook/999/{what}/").status_code == 405
    assert publisher.post(f"/admin/releases/webhook/999/{what}/").status_code == 404


@pytest.mark.parametrize("name", ["viewer", "editor"])
def test_only_publishers_have_to_do_with_webhooks(name, hook):
    (message,) = announce("report.made", {})
    client = member(name)
    log = "/admin/releases/delivery/"
    for page in (ADD, "/admin/releases/webhook/", change(hook), log, f"{log}{message.pk}/change/"):
        assert client.get(page).status_code == 403
    for page in (
        change(hook, "test"),
        change(hook, "secret"),
        f"{log}{message.pk}/again/",
        change(hook, "delete"),
    ):
        assert client.post(page).status_code == 403
    assert Delivery.objects.count() == 1
    assert client.get("/admin/").status_code == 200


def test_a_webhook_is_deleted_with_its_messages(publisher, hook):
    announce("report.made", {})
    assert fill_in(publisher, change(hook, "delete")).status_code == 302
    assert not Delivery.objects.exists()
    log = publisher.get("/admin/releases/delivery/").content.decode()
    assert "No messages yet" in log
    assert "No webhooks yet" in publisher.get("/admin/releases/webhook/").content.decode()


def test_the_log_takes_the_same_number_of_queries_for_many_messages(
    publisher, hook, django_assert_max_num_queries
):
    for number in range(30):
        announce("report.made", {"number": number})
    publisher.get("/admin/releases/delivery/")
    # session, person, permissions (2), webhooks of the filter (2), count, rows, what the frame asks
    with django_assert_max_num_queries(14):
        publisher.get("/admin/releases/delivery/")
    with django_assert_max_num_queries(14):
        publisher.get(change(hook))
    with django_assert_max_num_queries(12):
        publisher.get("/admin/releases/webhook/")


def test_a_secret_that_is_replaced_twice_by_one_form_is_replaced_once(publisher, hook):
    old, data = hook.secret, {"seen": hook.mark}
    answers = [publisher.post(change(hook, "secret"), data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 302]
    hook.refresh_from_db()
    assert hook.signing_secrets == [secret_on(answers[0]), old]
