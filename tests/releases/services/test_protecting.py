"""Protection: one person gives it, two take it away, and what it is for comes with it."""

import pytest
from django.db import IntegrityError, transaction

from releases import services
from releases.models import Channel, ChannelMove, Unprotection
from releases.services import MoveRefused
from tests.releases.samples import edit, person, publish, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(first, author) -> Channel:
    return services.protect(channel="production", by=author, reason="It matters")


def kinds() -> list[str]:
    return list(ChannelMove.objects.values_list("kind", flat=True))


def test_what_it_served_then_is_the_way_back(guarded, author, reviewer):
    edit("< 25")
    release = publish(author=author).release
    services.say(release=release, person=reviewer, verdict="approved")
    services.move(channel="production", release=release, by=author)
    services.roll_back(channel="production", release=1, by=author, reason="Why")
    assert services.latest() == release.__class__.objects.get(number=1)
    assert kinds() == ["rollback", "publish", "protect", "publish"]


def test_a_move_says_who_approved_it(guarded, author, reviewer):
    edit("< 25")
    release = publish(author=author).release
    services.say(release=release, person=reviewer, verdict="approved")
    done = services.move(channel="production", release=release, by=author)
    assert (done.by_name, done.by_account, done.approved_by) == ("Ada Author", author.pk, "Rex Reviewer")


def test_two_people_take_it_away(guarded, author, reviewer):
    services.ask_unprotect(channel=guarded, by=author, reason="An experiment")
    services.settle_unprotect(channel=guarded, by=reviewer, is_confirmed=True)
    assert not Channel.objects.get().is_protected
    assert not Channel.objects.get().way_back.exists()
    assert kinds()[:2] == ["unprotect", "ask"]


@pytest.mark.parametrize(
    ("prepare", "code"),
    [("nothing", "nothing_asked"), ("asked", "second_person"), ("withdrawn", "nothing_asked")],
)
def test_nobody_confirms_what_nobody_else_asked(guarded, author, prepare, code):
    if prepare != "nothing":
        services.ask_unprotect(channel=guarded, by=author)
    if prepare == "withdrawn":
        services.settle_unprotect(channel=guarded, by=author, is_confirmed=False)
    with pytest.raises(MoveRefused) as refused:
        services.settle_unprotect(channel=guarded, by=author, is_confirmed=True)
    assert refused.value.code == code
    assert Channel.objects.get().is_protected


def test_it_is_asked_once(guarded, author, reviewer):
    services.ask_unprotect(channel=guarded, by=author)
    with pytest.raises(MoveRefused, match="Ada Author asked for that already"):
        services.ask_unprotect(channel=guarded, by=reviewer)


def test_the_database_wants_two_people_too(guarded, author):
    asked = services.ask_unprotect(channel=guarded, by=author)
    for account in (None, author.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            Unprotection.objects.filter(pk=asked.pk).update(state="confirmed", settled_account=account)


def test_required_everywhere_covers_every_channel_and_stays(first, author, settings):
    services.create_channel(name="staging")
    settings.REQUIRE_APPROVAL = True
    services.store_setting()
    settings.REQUIRE_APPROVAL = False
    assert services.approval_required()
    assert kinds()[:2] == ["require", "require"]
    with pytest.raises(MoveRefused):
        services.promote(source="production", target="staging", by=author)


def test_what_nobody_stands_for_is_approved_on_its_page_later(first, author, reviewer, copy):
    """An agent comes back to production, whose first release nobody is known to have made."""
    staging = services.create_channel(name="staging")
    released("< 25", author=author, channel="staging")
    services.follow(agent=copy, channel=staging)
    for channel in ("staging", "production"):
        services.protect(channel=channel, by=author)
    with pytest.raises(MoveRefused, match="nobody but its author stands for"):
        services.follow(agent=copy, channel=None)
    for one in (author, reviewer):
        services.say(release=first, person=one, verdict="approved")
    services.follow(agent=copy, channel=None, by=person("third"))
    assert services.followed("NEUROS").name == "production"
