"""Alerts and dashboards of a release, looked at and copied in a real browser."""

import pytest
from playwright.sync_api import expect

from observability import export
from observability.generated import cache
from tests.bindings.admin.conftest import make_neuros
from tests.browser.conftest import PHONE, runs_over
from tests.observability import samples
from tests.releases.samples import publish

pytestmark = pytest.mark.browser
PAGE = "/admin/releases/release/1/observability/"


@pytest.fixture
def page(office, ines, hrv, monkeypatch):
    """The page of release 1, in which NEUROS watches a KPI."""
    make_neuros()
    publish()
    monkeypatch.setattr(export, "GENERATORS", (samples.rules, samples.dashboards))
    cache.clear()
    page = office.window(ines, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/admin/releases/release/1/")
    page.get_by_role("link", name="Alerts and dashboards").click()
    yield page
    cache.clear()


def test_a_file_is_chosen_read_and_copied(page):
    page.get_by_role("link", name="neuros.json").click()
    expect(page.get_by_role("region", name="grafana/dashboards/neuros.json")).to_contain_text("auren-neuros")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("{")


def test_a_file_and_all_of_them_are_downloaded(page):
    for link, name in (("Download", "kpi-alerts.yml"), ("Download all", "auren-release-1.zip")):
        with page.expect_download() as begun:
            page.get_by_role("link", name=link, exact=link == "Download").click()
        assert begun.value.suggested_filename == name


def test_a_phone_shows_all_of_it(page):
    page.set_viewport_size(PHONE)
    assert not runs_over(page)
