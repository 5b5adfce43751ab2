"""Comparing any two sides."""

import pytest

from releases.models import Channel
from tests.releases.admin.conftest import RELEASES
from tests.releases.samples import edit, released

COMPARE = f"{RELEASES}compare/"


@pytest.fixture
def two(first):
    return released("< 25", message="Felt earlier")


def test_by_default_production_is_compared_with_what_is_edited(two, looker_client):
    assert (
        "Nothing differs between production (release 2) and the working copy"
        in looker_client.get(COMPARE).text
    )
    edit("< 26")
    assert "25 to below 26 ms was warning and becomes critical." in looker_client.get(COMPARE).text


def test_two_releases_either_way_round(two, looker_client):
    there = looker_client.get(f"{COMPARE}?before=release:1&after=release:2").text
    back = looker_client.get(f"{COMPARE}?before=release:2&after=release:1").text
    assert "&lt; 20 → &lt; 25 ms" in there
    assert "&lt; 25 → &lt; 20 ms" in back


def test_a_channel_without_a_release_has_nothing_in_it(two, looker_client):
    Channel.objects.create(name="staging")
    page = looker_client.get(f"{COMPARE}?before=channel:staging&after=release:1").text
    assert "staging (no release yet)" in page


@pytest.mark.parametrize(
    "asked",
    ["release:99", "release:x", "release:" + "9" * 400, "channel:nowhere", "nonsense", "working:", "%00"],
)
def test_what_there_is_not_is_said_and_never_an_error(two, looker_client, asked):
    answer = looker_client.get(f"{COMPARE}?before={asked}&after=release:1")
    assert answer.status_code in (200, 400)
