"""Channels through the API: made, moved, taken back."""

import pytest

from releases.models import Channel, ChannelMove
from tests.releases.api.conftest import production, second
from tests.rest.calls import call, codes, seen

PRODUCTION = "channels/production/"


def test_a_channel_goes_back_and_forward_under_its_version(publisher, first):
    second()
    row, tag = seen(publisher, PRODUCTION)
    assert row["release"] == 2
    back = call(publisher, "PUT", PRODUCTION, {"release": 1, "change_reason": "Too low"}, if_match=tag)
    assert (back.status_code, back.json()["release"]) == (200, 1), back.content
    moved = ChannelMove.objects.latest("pk")
    assert (moved.kind, moved.by_name) == ("rollback", "token test")
    assert moved.reason == "Too low"
    stale = call(publisher, "PUT", PRODUCTION, {"release": 2}, if_match=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert call(publisher, "PUT", PRODUCTION, {"release": 2}, if_match=back["ETag"]).json()["release"] == 2


@pytest.mark.parametrize("body", [{}, {"change_reason": " "}])
def test_going_back_without_a_reason_is_refused(publisher, first, body):
    second()
    _, tag = seen(publisher, PRODUCTION)
    answer = call(publisher, "PUT", PRODUCTION, {"release": 1} | body, if_match=tag)
    assert (answer.status_code, answer.json()["code"], production()) == (400, "reason_missing", 2)
    assert answer.json()["errors"][0]["pointer"] == "/change_reason"
    again = call(publisher, "PUT", f"{PRODUCTION}?change_reason=Low", {"release": 1}, if_match=tag)
    assert (again.status_code, production()) == (200, 1)


def test_a_channel_is_not_moved_unseen(publisher, first):
    second()
    assert call(publisher, "PUT", PRODUCTION, {"release": 1}).status_code == 428
    assert call(publisher, "PUT", PRODUCTION, {"release": 1}, if_match="*").status_code == 428
    assert production() == 2


def test_moving_it_where_it_is_changes_nothing(publisher, first):
    row, tag = seen(publisher, PRODUCTION)
    answer = call(publisher, "PUT", PRODUCTION, {"release": 1}, if_match=tag)
    assert (answer.status_code, answer.json(), answer["ETag"]) == (200, row, tag)


def test_a_dry_run_moves_nothing(publisher, first):
    second()
    _, tag = seen(publisher, PRODUCTION)
    answer = call(
        publisher, "PUT", PRODUCTION + "?dry_run=true", {"release": 1, "change_reason": "Try"}, if_match=tag
    )
    assert answer.json()["release"] == 1
    assert production() == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_key"),
        ({"release": "1"}, "number_expected"),
        ({"release": True}, "number_expected"),
        ({"release": 1.0}, "number_expected"),
        ({"release": None}, "number_expected"),
        ({"release": 0}, "out_of_range"),
        ({"release": 10**30}, "out_of_range"),
        ({"release": 7}, "unknown_release"),
        ({"release": 1, "reason": "x"}, "unknown_field"),
        ({"release": 1, "change_reason": "\x00"}, "invalid_text"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(publisher, first, body, code):
    second()
    _, tag = seen(publisher, PRODUCTION)
    answer = call(publisher, "PUT", PRODUCTION, body, if_match=tag)
    assert answer.status_code == 400, answer.content
    assert codes(answer) == {code}
    assert production() == 2


def test_a_new_channel_with_its_release(publisher, first):
    answer = call(publisher, "POST", "channels/", {"name": "staging", "protected": True})
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == "/api/v1/channels/staging/"
    assert (answer.json()["release"], answer.json()["protected"]) == (None, True)
    answer = call(publisher, "POST", "channels/", {"name": "canary", "release": 1})
    assert answer.json()["release"] == 1
    rows = call(publisher, "GET", "channels/").json()["results"]
    assert [row["name"] for row in rows] == ["canary", "production", "staging"]


def test_a_protected_channel_begins_with_nothing_that_nobody_approved(publisher, first):
    answer = call(publisher, "POST", "channels/", {"name": "safe", "protected": True, "release": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_approved")
    assert not Channel.objects.filter(name="safe").exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "production"}, 409, "name_taken"),
        ({"name": "../../etc"}, 400, "name_unfit"),
        ({"name": "Prod"}, 400, "name_unfit"),
        ({"name": ""}, 400, "missing_key"),
        ({"name": "a" * 41}, 400, "too_long"),
        ({"name": "staging", "protected": "yes"}, 400, "truth_expected"),
        ({"name": "staging", "release": 9}, 400, "unknown_release"),
    ],
)
def test_a_channel_that_cannot_be_made(publisher, first, body, status, code):
    answer = call(publisher, "POST", "channels/", body)
    assert answer.status_code == status, answer.content
    assert code in {answer.json()["code"], *codes(answer)}
    assert Channel.objects.count() == 1


def test_a_channel_that_is_not_there(publisher, first):
    assert call(publisher, "GET", "channels/nowhere/").status_code == 404
    assert call(publisher, "PUT", "channels/nowhere/", {"release": 1}, if_match='"x"').status_code == 404
