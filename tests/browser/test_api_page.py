"""The pages about the API work under our policy: its description, and the secret of a token."""

import pytest
from playwright.sync_api import expect

from bindings.models import ApiToken

pytestmark = pytest.mark.browser


def test_the_description_is_readable_and_nothing_is_blocked(page):
    page.goto("/api/v1/docs/")
    expect(page.locator(".opblock").first).to_be_visible(timeout=20_000)
    page.locator("#operations-kpis-kpis_list .opblock-summary").first.click()
    expect(page.get_by_text("Rows a page.").first).to_be_visible()


def test_a_secret_is_shown_once(page):
    page.goto("/admin/bindings/apitoken/add/")
    page.get_by_label("Name").fill("neuros-production")
    page.get_by_label("read units and KPIs, validate").check()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("#secret")).to_contain_text("aur_")
    page.get_by_role("link", name="I have it").click()
    expect(page.get_by_text("neuros-production")).to_be_visible()
    assert ApiToken.objects.get().scopes == ["registry:read"]
