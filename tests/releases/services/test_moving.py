"""Moving channels, back and forth, with and without approval."""

import pytest

from releases import services
from releases.models import Channel, ChannelMove, Release, ServingRevision
from releases.services import MoveRefused
from tests.releases.samples import publish, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(first) -> Release:
    return released("< 25")


def state(release: Release) -> str:
    return Release.objects.get(pk=release.pk).state


def test_rolling_back_serves_the_old_release_again(first, second, author):
    move = services.roll_back(channel="production", release=1, by=author, reason="Too many alarms")
    assert (move.kind, move.before, move.after, move.reason) == ("rollback", second, first, "Too many alarms")
    assert services.latest() == first
    assert (state(first), state(second)) == ("published", "superseded")


def test_each_move_is_counted_for_those_who_serve(first, second):
    before = ServingRevision.current()
    services.roll_back(channel="production", release=first, by=None, reason="Why")
    assert ServingRevision.current() == before + 1


def test_rolling_back_goes_only_to_an_earlier_release(first, second):
    services.roll_back(channel="production", release=first, by=None, reason="Why")
    with pytest.raises(MoveRefused) as refused:
        services.roll_back(channel="production", release=second, by=None, reason="Why")
    assert refused.value.code == "not_earlier"


def test_without_a_kind_it_is_told_by_the_numbers(first, second):
    assert services.move(channel="production", release=first, by=None, reason="Why").kind == "rollback"
    assert services.move(channel="production", release=2, by=None).kind == "publish"


def test_a_release_stays_published_as_long_as_one_channel_is_on_it(first, second):
    services.create_channel(name="staging")
    services.promote(source="production", target="staging", by=None)
    services.roll_back(channel="production", release=first, by=None, reason="Why")
    assert state(second) == "published"


def test_promoting_brings_one_channels_release_to_another(first):
    staging = services.create_channel(name="staging")
    done = publish(channel="staging")
    assert (done.created, done.moved) == (False, True)
    second = released("< 25", channel="staging")
    assert services.latest() == first
    move = services.promote(source=staging, target="production", by=None)
    assert (move.kind, services.latest()) == ("promote", second)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"release": 9}, "unknown_release"),
        ({"release": 0}, "unknown_release"),
        ({"release": 10**30}, "unknown_release"),
        ({"release": 2}, "same_release"),
        ({"channel": "nowhere"}, "no_channel"),
        ({"expected_revision": 1}, "stale"),
        ({"reason": "x" * 501}, "text_unfit"),
        ({"reason": "bell \x07"}, "text_unfit"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_nothing_is_changed(second, options, code):
    with pytest.raises(MoveRefused) as refused:
        services.move(**{"channel": "production", "release": 1, "by": None} | options)
    assert refused.value.code == code
    assert services.latest() == second
    assert ChannelMove.objects.count() == 2


def test_a_channel_is_named_once_and_properly(first):
    services.create_channel(name="staging")
    for name, code in (("staging", "name_taken"), ("Staging", "name_unfit"), ("", "name_unfit")):
        with pytest.raises(MoveRefused) as refused:
            services.create_channel(name=name)
        assert refused.value.code == code


def test_an_empty_channel_has_nothing_to_promote(first):
    services.create_channel(name="staging")
    with pytest.raises(MoveRefused, match="staging is on no release"):
        services.promote(source="staging", target="production", by=None)


def test_an_agent_follows_another_channel_and_comes_back(first, copy):
    before = ServingRevision.current()
    staging = services.create_channel(name="staging")
    services.follow(agent=copy, channel=staging)
    services.follow(agent=copy, channel=staging)
    assert services.followed(copy.name) == staging
    services.follow(agent=copy, channel=None)
    assert not staging.followers.exists()
    assert ServingRevision.current() > before


def test_releases_and_channels_are_compared_in_words(first, second):
    services.create_channel(name="staging")
    production, staging = (Channel.objects.get(name=name) for name in ("production", "staging"))
    (change,) = services.compare(first, production)
    assert change.words == "hrv_rmssd critical: < 20 → < 25 ms"
    assert services.compare(second, production) == []
    assert "hrv_rmssd removed" in [change.words for change in services.compare(first, staging)]
    assert services.compare(None, staging) == []
