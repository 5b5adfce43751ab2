"""Publishing through the API, and reading what was published."""

import pytest
from django.contrib.auth.models import User

from bindings.models import Agent, ApiToken
from kpis.models import KPI
from releases.models import Channel, Release
from releases.services import create_channel
from tests.releases.api.conftest import ACCEPTED, edit, second
from tests.rest.calls import call, codes, seen

BODY = {"message": "A lower limit", "accepted": ACCEPTED}


def publish(client, query: str = "", **parts):
    return call(client, "POST", f"releases/{query}", BODY | parts)


def test_the_working_copy_becomes_the_next_release(publisher, first):
    edit()
    answer = publish(publisher)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["created"], told["moved"], told["waits"]) == (True, True, "")
    assert answer["Location"] == "/api/v1/releases/2/"
    assert told["release"] == call(publisher, "GET", "releases/2/").json()
    assert told["release"]["class"] == "breaking"
    assert told["release"]["channels"] == ["production"]
    assert told["release"]["author"] == "token test"
    assert Channel.objects.get().release == Release.objects.get(number=2)


def test_the_same_content_makes_no_release_and_says_so(publisher, first):
    answer = publish(publisher)
    assert answer.status_code == 200
    assert answer.json() | {"created": False, "moved": False} == answer.json()
    assert answer.json()["release"]["number"] == 1
    assert Release.objects.count() == 1


def test_a_dry_run_tells_everything_and_keeps_nothing(publisher, first):
    edit()
    told = call(publisher, "POST", "releases/?dry_run=true", {}).json()
    assert told["release"] is None
    assert "hrv_rmssd critical: < 20 → < 22 ms" in [change["words"] for change in told["changes"]]
    assert {finding["level"] for finding in told["findings"]} <= {"error", "warning", "note"}
    assert Release.objects.count() == 1
    assert publish(publisher, digest=told["digest"]).status_code == 201


def test_a_dry_run_tells_which_agents_go_by_another_name_then(publisher, first):
    Agent.objects.filter(name="NEUROS").update(name="NEUREX")
    told = call(publisher, "POST", "releases/?dry_run=true", {}).json()
    assert told["renamings"] == [{"before": "NEUROS", "after": "NEUREX", "tokens": 0}]


def test_what_was_not_on_the_screen_is_not_published(publisher, first):
    edit()
    told = call(publisher, "POST", "releases/?dry_run=true", {}).json()
    edit("< 24")
    answer = publish(publisher, digest=told["digest"])
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert Release.objects.count() == 1


def test_errors_block_and_each_is_named(publisher, first):
    KPI.objects.filter(name="hrv_rmssd").update(prometheus_metric="auren_hrv_ms_total")
    answer = publish(publisher)
    assert (answer.status_code, answer.json()["code"]) == (409, "errors")
    assert "metric_suffix" in codes(answer)
    assert answer.json()["errors"][0]["pointer"].startswith("/hrv_rmssd")
    assert Release.objects.count() == 1


def test_warnings_have_to_be_accepted(publisher, first):
    edit(action="")
    answer = publish(publisher, accepted="")
    assert (answer.status_code, answer.json()["code"]) == (409, "warnings_not_accepted")
    assert codes(answer) == {"action_missing"}
    assert publish(publisher).json()["release"]["accepted"] == ACCEPTED


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"message": ""}, "/message", "message_missing"),
        ({"message": 7}, "/message", "text_expected"),
        ({"message": "x" * 501}, "/message", "too_long"),
        ({"message": "a\u202eb"}, "/message", "invalid_text"),
        ({"message": "one\ntwo"}, "/message", "one_line"),
        ({"accepted": ["a"]}, "/accepted", "text_expected"),
        ({"channel": "nowhere"}, "/channel", "no_channel"),
        ({"channel": None}, "/channel", "text_expected"),
        ({"chanel": "production"}, "/chanel", "unknown_field"),
    ],
)
def test_a_body_that_is_wrong_is_told_where(publisher, first, parts, pointer, code):
    edit()
    answer = publish(publisher, **parts)
    assert answer.status_code == 400, answer.content
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert Release.objects.count() == 1


def test_another_channel_goes_there_without_another_release(publisher, first):
    create_channel(name="staging")
    told = call(publisher, "POST", "releases/?dry_run=true", {"channel": "staging"}).json()
    assert (told["created"], told["moved"], told["release"]["number"]) == (False, True, 1)
    answer = publish(publisher, channel="staging")
    assert (answer.json()["created"], answer.json()["moved"]) == (False, True)
    assert call(publisher, "GET", "releases/1/").json()["channels"] == ["production", "staging"]


def test_where_approval_is_needed_the_channel_stays(publisher, first, settings):
    settings.REQUIRE_APPROVAL = True
    edit()
    refused = publish(publisher)  # a token that nobody made: whom could someone else be other than?
    assert (refused.status_code, refused.json()["code"]) == (409, "author_missing")
    maker = User.objects.create_superuser("maker")
    ApiToken.objects.update(author=maker)
    answer = publish(publisher)
    assert Release.objects.get(number=2).author == maker
    assert answer.status_code == 201
    assert answer.json()["moved"] is False
    assert "approval" in answer.json()["waits"]
    assert answer.json()["release"]["state"] == "proposed"
    assert Channel.objects.get().release == first


def test_releases_are_listed_newest_first_and_filtered(publisher, first):
    second()
    rows = call(publisher, "GET", "releases/").json()["results"]
    assert [row["number"] for row in rows] == [2, 1]
    assert "text" not in rows[0]
    found = call(publisher, "GET", "releases/?state=superseded&fields=number,message").json()["results"]
    assert found == [{"number": 1, "message": "The first ones"}]
    assert call(publisher, "GET", "releases/?search=lower").json()["results"] == rows[:1]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_for_few_and_many(publisher, first, django_assert_num_queries, count):
    for _ in range(count - 1):
        Release.objects.keep(
            number=Release.objects.count() + 1, text="{}", digest="0", kind="cosmetic", message="x"
        )
    publisher.get("/api/v1/releases/")
    with django_assert_num_queries(4):  # the token, releases, channels, approvals
        assert len(call(publisher, "GET", "releases/").json()["results"]) == count


def test_a_release_that_is_not_there(publisher, first):
    for path in ("releases/2/", "releases/0/", "releases/999999999/", "releases/9999999999/", "releases/x/"):
        assert call(publisher, "GET", path).status_code == 404


def test_the_version_of_a_release_changes_with_its_channels(publisher, first):
    _, tag = seen(publisher, "releases/1/")
    second()
    assert seen(publisher, "releases/1/")[1] != tag
