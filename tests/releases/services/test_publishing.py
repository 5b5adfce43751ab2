"""Publishing: what makes a release, what stands in the way, and what does nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bindings.models import Agent
from bindings.reports.judging import judge_all
from contracts.diff import ChangeClass
from contracts.findings import Level
from contracts.release import EMPTY, read_release
from kpis.models import KPI
from releases import services, signals
from releases.models import Channel, ChannelMove, Release, ServingRevision
from releases.services import PublishRefused
from tests.releases.samples import add_agent, add_kpi, delete_kpi, edit, publish, released, spoil

pytestmark = pytest.mark.django_db


def test_the_working_copy_takes_the_same_queries_however_much_there_is(copy, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        services.working_copy()
    for n in range(10):
        add_kpi(f"more_{n}")
        add_agent(f"AGENT_{n}", "hrv_rmssd", f"more_{n}")
    with django_assert_num_queries(len(few)):
        services.working_copy()
    assert len(few) == 16


def test_the_first_release_is_number_one_in_production(copy, author):
    done = publish("Everything begins.", author=author)
    release = done.release
    assert (done.created, done.moved, release.number, release.state) == (True, True, 1, "published")
    assert (release.author, release.author_name, release.message) == (
        author,
        "Ada Author",
        "Everything begins.",
    )
    assert release.digest == services.working_copy().digest == read_release(release.text).digest
    assert services.latest() == release
    assert (release.counts["kpis"], release.counts["agents"], release.counts["bindings"]) == (2, 2, 2)


def test_the_next_one_is_classed_by_what_changed_most(first):
    assert released("< 19").kind == ChangeClass.BEHAVIOURAL
    delete_kpi("ln_rmssd")
    assert released().kind == ChangeClass.BREAKING
    KPI.objects.update(title="Otherwise")
    assert released().kind == ChangeClass.COSMETIC
    KPI.objects.update(position=1)
    assert Release.objects.count() == 4


def test_another_order_is_released_as_cosmetic(first):
    KPI.objects.filter(name="hrv_rmssd").update(position=9)
    assert released().kind == ChangeClass.COSMETIC


def test_the_same_content_again_does_nothing_and_says_so(first):
    before = ServingRevision.current()
    done = publish(message="", accepted="")
    assert (done.release, done.created, done.moved, done.waits) == (first, False, False, "")
    assert (Release.objects.count(), ChannelMove.objects.count()) == (1, 1)
    assert ServingRevision.current() == before


def test_an_empty_registry_cannot_be_published(db):
    with pytest.raises(PublishRefused) as refused:
        publish()
    assert refused.value.code == "nothing"


def test_the_plan_says_what_would_happen(first):
    edit("< 25")
    plan = services.plan_publish()
    assert [change.words for change in plan.changes] == ["hrv_rmssd critical: < 20 → < 25 ms"]
    assert (plan.before, plan.kind, plan.is_empty) == (first, ChangeClass.BEHAVIOURAL, False)
    assert plan.before == first
    assert publish(digest=plan.digest).release.digest == plan.content_digest
    assert services.plan_publish().is_empty


def test_what_was_not_on_the_screen_is_not_published(first):
    edit("< 25")
    seen = services.plan_publish().digest
    edit("< 26")
    with pytest.raises(PublishRefused) as refused:
        publish(digest=seen)
    assert refused.value.code == "stale"
    assert Release.objects.count() == 1


def test_a_plan_for_another_channel_is_not_that_for_this_one(first):
    services.create_channel(name="staging")
    edit("< 25")
    seen = services.plan_publish(channel="staging").digest
    with pytest.raises(PublishRefused, match="changed while you were looking"):
        publish(digest=seen)


def test_sent_twice_it_is_published_once(first):
    edit("< 25")
    seen = services.plan_publish().digest
    once, twice = publish(digest=seen), publish(digest=seen)
    assert (once.created, twice.created, twice.release) == (True, False, once.release)


def test_an_error_stands_in_the_way(first):
    spoil()
    with pytest.raises(PublishRefused) as refused:
        publish()
    assert refused.value.code == "errors"
    assert refused.value.entries
    assert {entry.level for entry in refused.value.entries} == {str(Level.ERROR)}
    assert Release.objects.count() == 1


def test_a_value_that_no_document_can_hold_is_an_error(first):
    KPI.objects.filter(name="hrv_rmssd").update(title="bell \x07")
    assert services.plan_publish().errors
    with pytest.raises(PublishRefused) as refused:
        publish()
    assert refused.value.code == "errors"


def test_a_warning_wants_a_reason(first):
    add_kpi("far", prometheus_metric="auren_far")  # it does not say its unit
    assert services.plan_publish().warnings
    with pytest.raises(PublishRefused) as refused:
        publish(accepted=" ")
    assert refused.value.code == "warnings_not_accepted"
    assert {entry.level for entry in refused.value.entries} == {str(Level.WARNING)}
    assert publish(accepted="It is known.").release.accepted == "It is known."


def test_findings_and_their_counts_are_kept(first):
    assert first.count("note") == sum(entry[1] == "note" for entry in first.findings)
    assert first.findings
    assert first.accepted == ""


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"message": " \n "}, "message_missing"),
        ({"message": "bell \x07"}, "text_unfit"),
        ({"message": "x" * 501}, "text_unfit"),
        ({"channel": "nowhere"}, "no_channel"),
        ({"channel": "no\0where"}, "no_channel"),
    ],
)
def test_what_is_not_said_properly_is_refused(copy, options, code):
    with pytest.raises(PublishRefused) as refused:
        publish(**options)
    assert refused.value.code == code
    assert not Release.objects.exists()


def test_a_message_is_kept_as_one_line(copy):
    assert publish("  Two\nlines ").release.message == "Two lines"


def test_where_the_release_before_cannot_be_read_everything_is_new(first, production):
    unknown = Release.objects.keep(number=2, text='{"format":9}', digest="0", kind="cosmetic", message="x")
    services.move(channel=production, release=unknown, by=None)
    assert services.plan_publish().before_document == EMPTY
    assert publish().release.number == 3


def test_content_that_the_newest_release_has_needs_no_other_one(first, production):
    second = released("< 25")
    services.roll_back(channel="production", release=first, by=None, reason="Why")
    done = publish()
    assert (done.release, done.created, done.moved) == (second, False, True)
    services.create_channel(name="staging")
    done = publish(channel="staging")
    assert (done.release, done.created, done.moved) == (second, False, True)
    assert Release.objects.count() == 2


def test_content_of_an_older_release_is_a_new_one(first):
    released("< 25")
    third = released("< 20")
    assert (third.number, third.digest) == (3, first.digest)


def test_listeners_are_told_once_it_is_committed(copy, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, release, channel, kind, move, **rest):
        heard.append((release.number, channel.name, kind, move.after_id))

    signals.published.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            release = released()
            assert not heard
    finally:
        signals.published.disconnect(listen)
    assert heard == [(1, "production", "publish", release.pk)]


def test_an_edit_while_everything_is_judged_is_not_torn_apart(first, monkeypatch):
    edits = iter(["< 25"])

    def edited_meanwhile(*progress, **seen):
        judgement = judge_all(*progress, **seen)
        for condition in edits:
            edit(condition)
            Agent.objects.filter(name="SOMNOS").update(role="Sleep")
        return judgement

    edit("< 24")

    monkeypatch.setattr(services.planning, "judge_all", edited_meanwhile)
    release = released()
    assert release.digest == services.working_copy().digest
    assert release.as_document().roster.agents["SOMNOS"].role == "Sleep"


def test_where_edits_never_stop_it_says_so(first, monkeypatch):
    numbers = iter(range(2, 9))

    def edited_meanwhile(*progress, **seen):
        edit(f"< {next(numbers)}")
        return judge_all(*progress, **seen)

    edit("< 1")
    monkeypatch.setattr(services.planning, "judge_all", edited_meanwhile)
    with pytest.raises(PublishRefused) as refused:
        publish()
    assert refused.value.code == "stale"


def test_a_channel_knows_where_it_is_since_when_and_by_whom(first, author, production):
    released("< 25", author=author)
    channel = Channel.objects.get(name="production")
    assert channel.release is not None
    assert (channel.release.number, channel.revision, channel.moved_by) == (2, 2, "Ada Author")
    move = channel.moves.all()[0]
    assert (move.before, move.after) == (first, channel.release)
    assert (move.kind, move.reason) == ("publish", "Because.")
