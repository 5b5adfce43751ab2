"""One look on every page: narrow and wide, light and dark, readable, and light enough to load."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from contracts.units import UnitSpec
from kpis.models import KPI, Unit
from tests.bindings.admin.conftest import make_neuros
from tests.bindings.admin.test_action_history import make_action
from tests.browser.conftest import PHONE, condition, form_of, runs_over

pytestmark = pytest.mark.browser

# Every text that can be seen, with its colour and the ground it stands on, as numbers from 0 to 255.
TEXTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = rgba(getComputedStyle(element).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    if (element.closest('svg, :disabled, .visually-hidden, script, option')) continue;
    if (element.getBoundingClientRect().width < 2) continue;
    found.push([text.slice(0, 40), rgba(getComputedStyle(element).color), ground(element)]);
  }
  return found;
}"""


@pytest.fixture
def paths(hrv, ines):
    group = Group.objects.create(name="editors")
    kpi = f"/admin/kpis/kpi/{hrv.pk}"
    agent = f"/admin/bindings/agent/{make_neuros().pk}"
    action = f"/admin/bindings/actionkind/{make_action('reduce_training_intensity').pk}"
    return [
        "/admin/bindings/agent/", "/admin/bindings/agent/add/", "/admin/bindings/agent/map/", f"{agent}/change/",
        "/admin/bindings/actionkind/", "/admin/bindings/actionkind/add/",
        f"{action}/change/", f"{action}/history/", f"{action}/history/1/",
        f"{agent}/history/", f"{agent}/history/1/", f"{agent}/delete/",
        "/admin/", "/admin/kpis/kpi/", "/admin/kpis/kpi/?q=nothing", "/admin/kpis/kpi/add/", f"{kpi}/change/",
        f"{kpi}/history/", f"{kpi}/history/1/", f"{kpi}/delete/", "/admin/kpis/kpi/changes/", "/admin/kpis/kpi/import/",
        "/admin/kpis/unit/", "/admin/kpis/unit/add/", "/admin/kpis/registrysettings/1/change/", "/admin/auth/user/",
        f"/admin/auth/user/{ines.pk}/change/", f"/admin/auth/group/{group.pk}/delete/", "/admin/password_change/",
        "/admin/nowhere/",
    ]  # fmt: skip


def luminance(colour: list[int]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    channels = [value / 255 for value in colour[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def too_faint(page: Page) -> list[str]:
    """Texts below the contrast of https://www.w3.org/TR/WCAG22/#contrast-minimum."""
    faint = []
    for text, ink, ground in page.evaluate(TEXTS):
        dark, light = sorted((luminance(ink), luminance(ground)))
        if (light + 0.05) / (dark + 0.05) < 4.5:
            faint.append(f"{text} {ink} on {ground}")
    return faint


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(office, ines, paths, scheme):
    page = office.window(ines, color_scheme=scheme)
    for path in paths:
        page.goto(path)
        assert too_faint(page) == [], path


def test_a_mistake_can_be_read_in_the_dark(office, ines, hrv):
    page = office.window(ines, color_scheme="dark")
    page.goto(form_of(hrv))
    condition(page, "critical").fill("< 120")
    expect(page.locator(".save-bar.blocked")).to_be_visible()
    assert too_faint(page) == []


def test_on_a_phone_no_page_scrolls_sideways(office, ines, paths):
    page = office.window(ines, viewport=PHONE)
    for path in paths:
        page.goto(path)
        assert not runs_over(page), path


def test_not_even_with_words_that_have_no_end(office, ines, hrv):
    KPI.objects.update(title="x" * 200, category="y" * 60, owner="z" * 120, description="w" * 2000)
    hrv.thresholds.update(action="a" * 120)
    page = office.window(ines, viewport=PHONE)
    for path in ("/admin/", "/admin/kpis/kpi/", form_of(hrv), f"/admin/kpis/kpi/{hrv.pk}/history/"):
        page.goto(path)
        assert not runs_over(page), path
    page.set_viewport_size({"width": 1280, "height": 800})
    for path in ("/admin/kpis/kpi/", form_of(hrv)):
        page.goto(path)
        assert not runs_over(page), path


def test_on_a_phone_the_picture_stands_below_the_thresholds_and_save_in_reach(office, ines, hrv):
    page = office.window(ines, viewport=PHONE)
    page.goto(form_of(hrv))
    tops = [
        page.locator(each).bounding_box()["y"]
        for each in (".thresholds", "#aside .card >> nth=0", "#id_description")
    ]
    assert tops == sorted(tops)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()


def test_the_navigation_marks_where_one_is(page):
    current = page.get_by_role("navigation", name="Main").locator("[aria-current]")
    expect(current).to_have_text("KPIs")
    page.goto("/admin/kpis/kpi/import/")
    expect(current).to_have_text("Import")


def test_the_colours_can_be_chosen_and_stay(page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Colours: as the system").click()
    assert page.evaluate(ground) != light
    page.goto("/admin/")
    expect(page.get_by_role("button", name="Colours: dark")).to_be_visible()
    assert page.evaluate(ground) != light


def test_no_page_carries_a_list_of_all_rows(page, hrv):
    Unit.objects.bulk_create(Unit.of_spec(UnitSpec(f"unit_{n}", "", "", "", "")) for n in range(300))
    KPI.objects.bulk_create(
        KPI(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}", unit=hrv.unit, position=n + 1)
        for n in range(300)
    )
    for path in (form_of(hrv), "/admin/kpis/kpi/add/", "/admin/kpis/kpi/"):
        page.goto(path)
        assert page.locator("option").count() < 50
        assert len(page.content()) < 250_000


def test_an_empty_registry_says_how_to_begin(office, ines):
    page = office.window(ines)
    for path in ("/admin/", "/admin/kpis/kpi/"):
        page.goto(path)
        expect(page.get_by_role("main").get_by_role("link", name="Import a registry")).to_be_visible()
        expect(page.get_by_role("main").get_by_role("link", name="Add a KPI")).to_be_visible()
