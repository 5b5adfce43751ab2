"""Two people at the same KPI: the second sees both versions and loses nothing."""

import pytest
from playwright.sync_api import expect

from kpis.models import KPI, Revision
from tests.browser.conftest import PHONE, condition, form_of, runs_over, save

pytestmark = pytest.mark.browser


@pytest.fixture
def both(office, ines, tomas, hrv):
    """Two windows on the same form; Tomas has saved another warning and owner, Ines is still typing."""
    mine, theirs = office.window(ines), office.window(tomas)
    mine.goto(form_of(hrv))
    theirs.goto(form_of(hrv))
    condition(theirs, "warning").fill("< 32")
    theirs.get_by_label("Owner").fill("recovery-team")
    theirs.get_by_label("Why this change").fill("Two months of data")
    save(theirs)
    condition(mine, "critical").fill("< 18")
    condition(mine, "warning").fill("< 31")
    save(mine)
    return mine


def test_the_second_sees_both_versions_and_nothing_is_overwritten(both):
    expect(both.get_by_role("heading", name="Someone else saved first")).to_be_visible()
    story = both.get_by_role("main")
    for text in ("Tomas Lind", "Two months of data", "You both changed 1 thing"):
        expect(story).to_contain_text(text)
    expect(both.get_by_role("radiogroup", name="warning condition")).to_contain_text("< 30")
    assert {row.condition for row in KPI.objects.get().thresholds.all()} == {"< 20", "< 32", "> 100"}
    both.set_viewport_size(PHONE)
    assert not runs_over(both)


def test_what_was_chosen_is_merged_shown_and_saved_by_a_person(both):
    both.get_by_role("radio", name="< 32").check()
    both.get_by_role("button", name="Merge and review").click()
    expect(both.get_by_role("status")).to_contain_text("merged below")
    expect(condition(both, "critical")).to_have_value("< 18")
    expect(condition(both, "warning")).to_have_value("< 32")
    expect(both.get_by_label("Owner")).to_have_value("recovery-team")
    assert Revision.objects.count() == 2
    save(both)
    assert {row.condition for row in KPI.objects.get().thresholds.all()} == {"< 18", "< 32", "> 100"}
    assert KPI.objects.get().owner == "recovery-team"


def test_ones_own_version_can_be_dropped(both):
    both.get_by_role("link", name="Discard mine, open theirs").click()
    expect(condition(both, "critical")).to_have_value("< 20")
    expect(condition(both, "warning")).to_have_value("< 32")
