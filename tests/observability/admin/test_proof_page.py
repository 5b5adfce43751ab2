"""Proof cards as people see them."""

import pytest
from django.contrib.auth.models import Permission

from tests.conftest import signed_in
from tests.observability.tools import visible
from tests.releases.samples import person

pytestmark = pytest.mark.usefixtures("first")
PAGE = "/admin/releases/release/1/proof/"
COPY = "/admin/releases/release/working-copy/proof/"


@pytest.fixture
def looker(first):
    """Somebody who may see releases, and nothing else."""
    user = person("looker")
    user.user_permissions.set(Permission.objects.filter(codename="view_release"))
    return signed_in(user)


@pytest.mark.parametrize("page", [PAGE, COPY])
def test_each_boundary_stands_there_in_three_systems(looker, page):
    text = visible(looker.get(page, {"kpi": "hrv_rmssd"}).text)
    assert "24.999999999999996 acts fires critical" in text
    assert "25.0 does not act does not fire normal" in text


def test_the_rule_its_tests_and_the_digest_are_on_the_card(looker):
    page = looker.get(PAGE, {"kpi": "hrv_rmssd"}).text
    assert "AurenHrvRmssdCritical" in page
    assert "witness_test.yml" in page
    assert page.count('class="digest"') >= 1


def test_a_kpi_that_nobody_watches_is_said_to_be_none(looker):
    page = looker.get(PAGE, {"kpi": "<b>nope"}).text
    assert "No agent watches a KPI called" in page
    assert "<b>nope" not in page


def test_how_often_it_would_have_begun_is_for_those_who_may_see_measurements(looker, admin_client):
    assert "days" not in visible(looker.get(PAGE).text)
    assert "Nothing was measured in the last 30 days" in visible(admin_client.get(PAGE).text)


def test_who_may_not_see_releases_sees_no_card(db, viewer_client):
    assert viewer_client.get(PAGE).status_code == 403
