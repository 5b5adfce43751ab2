"""Texts that would like to be a page: they stay texts everywhere, and the browser has nothing to complain about."""

import pytest
from playwright.sync_api import Page, expect

from kpis.models import KPI, RegistrySettings, Unit
from tests.browser.conftest import PHONE, condition, form_of, runs_over, save
from tests.kpis.conftest import HRV, make

pytestmark = pytest.mark.browser

EVIL = "</script><img src=x onerror=alert(1)>"
YAML = f"""
version: "1.1"
kpis:
  - name: evil_kpi
    title: '{EVIL}'
    description: '{EVIL}'
    unit: '{EVIL}'
    category: '{EVIL}'
    prometheus_metric: auren_evil_score
    '{EVIL}': '{EVIL}'
    risk_thresholds: {{critical: {{condition: '{EVIL}', action: '{EVIL}'}}}}
"""


def assert_text(page: Page) -> None:
    """It is there to read, and made nothing."""
    expect(page.locator("img[src=x]")).to_have_count(0)
    assert EVIL in page.locator("body").inner_text() + " ".join(values(page))


def values(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "input, textarea", "inputs => inputs.map(input => input.value)"
    )
    return found


def test_every_text_of_a_kpi_is_shown_as_text_on_every_page(page, hrv):
    for label in ("Title", "Description", "Category", "Owner", "References", "Why this change"):
        page.get_by_label(label).fill(EVIL)
    save(page)
    assert KPI.objects.get().title == EVIL
    root = f"/admin/kpis/kpi/{hrv.pk}/"
    for path in (
        "change/",
        "history/",
        "history/1/",
        "delete/",
        "..",
        "../changes/",
        "../../../",
        f"..?q={EVIL}",
    ):
        page.goto(root + path)
        assert_text(page)


def test_what_the_rules_refuse_is_quoted_as_text(page):
    for label in ("Name", "Prometheus metric", "Lowest normal", "Silent after"):
        page.get_by_label(label).fill(EVIL)
    condition(page, "critical").fill(EVIL)
    page.get_by_role("group", name="critical").get_by_label("Then").fill(EVIL)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert_text(page)
    page.evaluate("document.getElementById('save').disabled = false")
    save_anyway(page)
    assert_text(page)


def save_anyway(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


def test_a_conflict_shows_both_sides_as_text(page, hrv, office, tomas):
    other = office.window(tomas)
    other.goto(form_of(hrv))
    other.get_by_label("Owner").fill(EVIL)
    other.get_by_label("Why this change").fill(EVIL)
    save(other)
    page.get_by_label("Owner").fill(f"my {EVIL}")
    save_anyway(page)
    assert_text(page)
    page.get_by_role("button", name="Merge and review").click()
    assert_text(page)


def test_a_file_full_of_it_is_shown_as_text(page, tmp_path):
    file = tmp_path / f"{EVIL.replace('/', '')}.yaml"
    file.write_text(YAML, encoding="utf-8")
    page.goto("/admin/kpis/kpi/import/")
    page.get_by_label("YAML files").set_input_files(file)
    page.get_by_role("button", name="Read and show the plan").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_text(page)
    page.set_viewport_size(PHONE)
    assert not runs_over(page)


def test_units_and_settings_are_no_exception(page):
    unit = Unit.objects.get(code="milliseconds")
    Unit.objects.filter(pk=unit.pk).update(title=EVIL, symbol=EVIL[:20])
    RegistrySettings.objects.update(last_updated=EVIL)
    make(name="other", prometheus_metric="auren_other_ms", title=EVIL, absolute_range=HRV["absolute_range"])
    for path in (
        "unit/",
        f"unit/{unit.pk}/change/",
        f"unit/{unit.pk}/delete/",
        "registrysettings/1/change/",
        "kpi/",
    ):
        page.goto(f"/admin/kpis/{path}")
        assert_text(page)
