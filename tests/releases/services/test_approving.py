"""Another person's word: who may give it, and what waits for it."""

import pytest
from django.db import IntegrityError, connection

from releases import services, signals
from releases.models import Approval, Channel, Release
from releases.services import MoveRefused, PublishRefused
from tests.releases.samples import edit, person, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(first, author, settings) -> Release:
    """Release 2 by the author, which waits for somebody else."""
    settings.REQUIRE_APPROVAL = True
    edit("< 25")
    done = publish(author=author)
    assert (done.created, done.moved) == (True, False)
    assert "Release 2 waits for the approval of someone other" in done.waits
    return done.release


def number_in_production() -> int | None:
    return Channel.objects.values_list("release__number", flat=True).get(name="production")


def approve(release, by, **options):
    return services.say(release=release, person=by, verdict="approved", **options)


def test_a_release_that_waits_is_not_served(first, waiting):
    assert waiting.state == "proposed"
    assert services.latest() == first
    with pytest.raises(MoveRefused) as refused:
        services.move(channel="production", release=waiting, by=None)
    assert refused.value.code == "not_approved"


def test_once_approved_it_may_go_and_has_not_gone_yet(waiting, reviewer, production):
    approve(waiting, reviewer, note="Seen.")
    assert number_in_production() == 1
    assert services.may_go(waiting, production) == ""
    services.move(channel=production, release=waiting, by=reviewer)
    assert services.latest() == waiting
    assert Release.objects.get(number=2).state == "published"


def test_publishing_again_moves_there_once_it_is_approved(waiting, reviewer):
    again = publish()
    assert (again.release, again.created, again.moved) == (waiting, False, False)
    assert again.waits
    approve(waiting, reviewer)
    assert publish().moved
    assert Release.objects.count() == 2


def test_the_author_cannot_approve(waiting, author):
    with pytest.raises(MoveRefused) as refused:
        approve(waiting, author)
    assert refused.value.code == "author_cannot_approve"


def test_the_database_refuses_an_authors_approval_too(waiting, author):
    with pytest.raises(IntegrityError, match="author"):
        Approval.objects.create(release=waiting, person=author, person_name="x", verdict="approved")


def test_an_authors_approval_that_the_database_let_in_does_not_count(waiting, author, production):
    """As one that was given before the database refused it."""
    on = f" ON {Approval._meta.db_table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER releases_approval_other{on}")
    said = {"person": author, "person_account": author.pk, "person_name": "x", "verdict": "approved"}
    Approval.objects.create(release=waiting, **said)
    assert not services.is_approved(waiting)
    with pytest.raises(MoveRefused) as refused:
        services.move(channel=production, release=waiting, by=author)
    assert refused.value.code == "not_approved"


def test_the_author_may_take_it_back(waiting, author):
    services.say(release=waiting, person=author, verdict="rejected", note="A slip.")
    assert waiting.state == "rejected"


def test_a_word_against_it_counts_until_it_is_taken_back(waiting, reviewer, production):
    other = person("other")
    approve(waiting, other)
    services.say(release=waiting, person=reviewer, verdict="changes", note="25 is too much.")
    assert services.may_go(waiting, production)
    approve(waiting, reviewer)
    assert not services.may_go(waiting, production)


def test_rejected_it_goes_nowhere_even_where_nobody_asks_for_approval(
    waiting, reviewer, production, settings
):
    services.say(release=waiting, person=reviewer, verdict="rejected", note="No.")
    settings.REQUIRE_APPROVAL = False
    with pytest.raises(MoveRefused) as refused:
        services.move(channel=production, release=waiting, by=None)
    assert refused.value.code == "rejected"
    assert Release.objects.get(number=2).state == "rejected"
    approve(waiting, reviewer)
    assert Release.objects.get(number=2).state == "proposed"


def test_content_that_was_rejected_makes_a_new_release(waiting, reviewer, author):
    services.say(release=waiting, person=reviewer, verdict="rejected", note="No.")
    done = publish(author=author)
    assert (done.created, done.release.number) == (True, 3)


@pytest.mark.parametrize("verdict", ["changes", "rejected"])
def test_a_no_says_why(waiting, reviewer, verdict):
    with pytest.raises(MoveRefused) as refused:
        services.say(release=waiting, person=reviewer, verdict=verdict, note=" ")
    assert refused.value.code == "note_missing"


@pytest.mark.parametrize("note", ["x" * 501, "bell \x07", "\0"])
def test_a_note_that_cannot_be_kept_is_refused(waiting, reviewer, note):
    with pytest.raises(MoveRefused) as refused:
        approve(waiting, reviewer, note=note)
    assert refused.value.code == "text_unfit"


def test_a_word_that_there_is_not_is_a_programmers_error(waiting, reviewer):
    with pytest.raises(ValueError, match="perhaps"):
        services.say(release=waiting, person=reviewer, verdict="perhaps")


def test_the_way_back_needs_nobody(waiting, reviewer):
    approve(waiting, reviewer)
    publish()
    services.roll_back(channel="production", release=1, by=None, reason="Why")
    assert number_in_production() == 1


def test_the_way_back_is_that_channels_own(waiting):
    services.create_channel(name="staging")
    with pytest.raises(MoveRefused) as refused:
        services.promote(source="production", target="staging", by=None)
    assert refused.value.code == "not_approved"


def test_a_protected_channel_asks_for_approval_by_itself(first, author, reviewer):
    services.create_channel(name="staging")
    guarded = services.create_channel(name="guarded", is_protected=True)
    edit("< 25")
    release = publish(author=author, channel="staging").release
    with pytest.raises(MoveRefused):
        services.promote(source="staging", target=guarded, by=author)
    approve(release, reviewer)
    services.promote(source="staging", target=guarded, by=author)
    assert Channel.objects.get(name="guarded").release == release


def test_who_approved_is_remembered_without_the_account(waiting, reviewer, production):
    approve(waiting, reviewer)
    reviewer.delete()
    said = waiting.approvals.get()
    assert (said.person, said.person_name) == (None, "Rex Reviewer")
    assert services.may_go(waiting, production) == ""


def test_nobody_in_particular_publishes_where_somebody_else_has_to_approve(first, settings):
    settings.REQUIRE_APPROVAL = True
    edit("< 25")
    with pytest.raises(PublishRefused) as refused:
        publish()
    assert refused.value.code == "author_missing"
    assert Release.objects.get() == first


def test_whoever_waits_for_proposals_is_told(first, author, settings, django_capture_on_commit_callbacks):
    settings.REQUIRE_APPROVAL = True
    heard = []

    def listen(sender, release, channel, **rest):
        heard.append((release.number, channel.name))

    signals.proposed.connect(listen)
    try:
        edit("< 25")
        with django_capture_on_commit_callbacks(execute=True):
            publish(author=author)
            publish(author=author)
    finally:
        signals.proposed.disconnect(listen)
    assert heard == [(2, "production")]
