"""What webhooks are told, and when."""

import json
from typing import Any

import pytest
from django.db import transaction

from bindings.models.report import ValidationReport
from bindings.reports.judging import judge_all
from bindings.reports.keeping import keep
from releases.models import Channel, ChannelMove, Delivery, Release
from releases.signals import proposed
from releases.webhooks import events

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, dict[str, Any]]]:
    bodies = [json.loads(body) for body in Delivery.objects.order_by("pk").values_list("body", flat=True)]
    return [(body["type"], body["data"]) for body in bodies]


def make_release(number: int = 1) -> Release:
    return Release.objects.keep(
        number=number,
        text="{}",
        digest="d" * 64,
        kind="behavioural",
        message="Lower the limit",
        author_name="Ada",
        counts={"kpis": 3},
    )


def move(release: Release, kind: str, before: Release | None = None) -> ChannelMove:
    channel, _ = Channel.objects.get_or_create(name="production")
    return ChannelMove.objects.create(
        channel=channel, kind=kind, before=before, after=release, by_name="Ada", reason="Because"
    )


def test_a_publish_is_told_as_such_and_as_a_move(hook):
    moved = move(make_release(), "publish")
    (first, release), (second, channel) = told()
    assert (first, second) == ("release.published", "channel.moved")
    assert release["release"] == 1
    assert release["channel"] == "production"
    assert (release["class"], release["author"]) == ("behavioural", "Ada")
    assert release["counts"] == {"kpis": 3}
    assert channel == {
        "channel": "production",
        "kind": "publish",
        "before": None,
        "after": 1,
        "by": "Ada",
        "reason": "Because",
        "at": moved.at.isoformat(),
    }


def test_a_roll_back_is_told_as_a_move(hook):
    one, two = make_release(1), make_release(2)
    move(one, "rollback", before=two)
    ((event, said),) = told()
    assert (event, said["kind"], said["before"], said["after"]) == ("channel.moved", "rollback", 2, 1)


def test_a_move_that_is_undone_is_not_told(hook):
    release = make_release()
    with transaction.atomic():
        move(release, "publish")
        transaction.set_rollback(True)
    assert not told()


def test_a_proposal_is_told(hook):
    channel, _ = Channel.objects.get_or_create(name="production")
    proposed.send_robust(Release, release=make_release(), channel=channel)
    ((event, said),) = told()
    assert (event, said["release"], said["channel"]) == ("release.proposed", 1, "production")


def test_a_report_is_told_without_its_findings(hook, registry):
    report = keep(judge_all(), trigger=ValidationReport.Trigger.MANUAL)
    ((event, said),) = told()
    assert event == "report.made"
    assert said == {
        "report": report.pk,
        "trigger": "manual",
        "digest": report.digest,
        "counts": report.counts,
        "at": report.at.isoformat(),
    }


def test_trouble_with_webhooks_undoes_nothing(hook, monkeypatch, caplog):
    monkeypatch.setattr(events, "announce", lambda *args: 1 / 0)
    with transaction.atomic():
        move(make_release(), "publish")
    assert ChannelMove.objects.count() == 1
    assert "Webhooks were not told of channel.moved" in caplog.text


def test_without_webhooks_a_move_costs_one_query_an_event(db, django_assert_num_queries):
    release = make_release()
    channel, _ = Channel.objects.get_or_create(name="production")
    with django_assert_num_queries(4):  # the move; a savepoint, the webhooks and its end
        ChannelMove.objects.create(channel=channel, kind="rollback", after=release)
