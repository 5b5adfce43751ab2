"""Channels: overview, moving, who follows them, and every move there was."""

import pytest

from releases import services
from releases.admin.channel import ChannelAdmin
from releases.models import Channel, ChannelMove, Following, ServingRevision
from tests.form_filling import fill_in
from tests.releases.admin.conftest import CHANNELS, form_of
from tests.releases.samples import released

MOVE = f"{CHANNELS}production/move/"


@pytest.fixture
def two(first):
    return released("< 25", message="Felt earlier")


@pytest.fixture
def staging(two):
    return Channel.objects.create(name="staging")


def test_rolling_back_shows_the_difference_and_takes_one_click(two, first, publisher_client):
    page = publisher_client.get(f"{MOVE}?release=1")
    assert "Roll production back to release 1" in page.text
    assert "20 to below 25 ms was critical and becomes warning." in page.text
    answer = publisher_client.post(MOVE, form_of(page, reason="Too many alarms"), follow=True)
    assert "Production is on release 1 now" in answer.text
    assert Channel.objects.get().release == first
    last = ChannelMove.objects.first()
    assert last is not None
    assert (last.kind, last.reason, last.by_name) == ("rollback", "Too many alarms", "Pia Publisher")


def test_a_roll_back_says_why_as_a_publish_does(two, publisher_client):
    page = publisher_client.get(f"{MOVE}?release=1")
    answer = publisher_client.post(MOVE, form_of(page, reason="  "))
    assert answer.status_code == 422
    assert "Say why production goes back to release 1. Nothing was moved." in answer.text
    assert Channel.objects.get().release == two


def test_promoting_what_is_older_says_why_too(two, publisher_client):
    services.create_channel(name="staging")
    services.move(channel="staging", release=1, by=None)
    page = publisher_client.get(f"{MOVE}?release=1&from=staging")
    assert 'maxlength="500" required' in page.text
    assert publisher_client.post(MOVE, form_of(page, reason="")).status_code == 422
    assert publisher_client.post(MOVE, form_of(page, reason="It was calmer")).status_code == 302


def test_a_second_click_moves_nothing_and_says_where_it_is(two, publisher_client):
    data = form_of(publisher_client.get(f"{MOVE}?release=1"), reason="Too many alarms")
    publisher_client.post(MOVE, data)
    answer = publisher_client.post(MOVE, data)
    assert answer.status_code == 422
    assert "Nothing was moved" in answer.text


def test_promoting_takes_what_the_other_channel_has(staging, two, publisher_client):
    services.move(channel=staging, release=1, by=None)
    overview = publisher_client.get(CHANNELS).text
    assert "Promote to production…" in overview
    page = publisher_client.get(f"{CHANNELS}staging/move/?release=2&from=production")
    assert "Promote production to staging?" in page.text
    publisher_client.post(f"{CHANNELS}staging/move/", form_of(page))
    assert Channel.objects.get(name="staging").release == two
    assert ChannelMove.objects.first().kind == "promote"  # type: ignore[union-attr]


def test_a_release_that_waits_for_approval_cannot_go_to_a_protected_channel(staging, publisher_client):
    Channel.objects.update(is_protected=True)
    page = publisher_client.get(f"{CHANNELS}staging/move/?release=2")
    assert "waits for the approval" in page.text
    assert publisher_client.post(f"{CHANNELS}staging/move/", form_of(page)).status_code == 422


@pytest.mark.parametrize("number", ["", "x", "99", "9" * 40, "-1"])
def test_a_release_that_there_is_not_is_not_found(two, publisher_client, number):
    assert publisher_client.get(f"{MOVE}?release={number}").status_code == 404


def test_a_channel_that_there_is_not_is_not_found(two, publisher_client):
    assert publisher_client.get(f"{CHANNELS}nowhere/move/?release=1").status_code == 404


def test_agents_are_told_to_follow_another_channel_and_servers_notice(staging, publisher_client):
    seen = ServingRevision.current()
    form = f"{CHANNELS}{staging.pk}/change/"
    fill_in(publisher_client, form, agents=["NEUROS"])
    assert Following.objects.get().channel == staging
    assert ServingRevision.current() > seen
    assert "Followed by NEUROS." in publisher_client.get(CHANNELS).text
    fill_in(publisher_client, form, is_protected=None, agents=None)
    assert not Following.objects.exists()


def test_saving_its_settings_does_not_undo_a_move_made_meanwhile(staging, publisher_client, monkeypatch):
    def moved_first(self, request, *args):
        services.move(channel="staging", release=1, by=None)
        return saved(self, request, *args)

    saved = ChannelAdmin.save_model
    monkeypatch.setattr(ChannelAdmin, "save_model", moved_first)
    fill_in(publisher_client, f"{CHANNELS}{staging.pk}/change/", is_protected="on")
    staging.refresh_from_db()
    assert (staging.is_protected, staging.release.number) == (True, 1)


def test_a_new_channel_is_added_by_its_name(two, publisher_client):
    publisher_client.post(f"{CHANNELS}add/", {"name": "staging"})
    assert Channel.objects.filter(name="staging").exists()
    answer = publisher_client.post(f"{CHANNELS}add/", {"name": "Not A Name"})
    assert "Small letters" in answer.text


def test_production_and_what_ever_moved_cannot_be_deleted(staging, admin_client):
    production = Channel.objects.get(name="production")
    assert admin_client.get(f"{CHANNELS}{production.pk}/delete/").status_code == 403
    assert fill_in(admin_client, f"{CHANNELS}{staging.pk}/delete/").status_code == 302
    assert not Channel.objects.filter(name="staging").exists()


def test_every_move_is_kept_and_can_be_looked_up_by_channel(staging, publisher_client):
    services.move(channel="production", release=1, by=None, reason="Too many alarms")
    page = publisher_client.get(f"{CHANNELS}moves/").text
    assert page.count("<tr>") == 4
    assert "Too many alarms" in page
    assert "No channel was moved yet" in publisher_client.get(f"{CHANNELS}moves/?channel=staging").text


def test_who_may_only_look_moves_nothing(two, looker_client, stranger_client):
    assert looker_client.get(CHANNELS).status_code == 200
    assert "Settings" not in looker_client.get(CHANNELS).text.split("<main")[1]
    assert looker_client.get(f"{MOVE}?release=1").status_code == 403
    assert looker_client.post(MOVE, {"release": "1"}).status_code == 403
    assert stranger_client.get(CHANNELS).status_code == 302


def test_the_overview_takes_the_same_queries_for_one_channel_and_for_nine(
    two, publisher_client, django_assert_max_num_queries
):
    Channel.objects.create(name="staging")
    publisher_client.get(CHANNELS)
    with django_assert_max_num_queries(60) as few:
        publisher_client.get(CHANNELS)
    for number in range(8):
        Channel.objects.create(name=f"channel-{number}")
    with django_assert_max_num_queries(len(few)):
        publisher_client.get(CHANNELS)
