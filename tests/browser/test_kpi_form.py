"""The form of a KPI: it shows its consequence beside it while one types."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from kpis.models import KPI, Revision
from tests.browser.conftest import condition, form_of, save

pytestmark = pytest.mark.browser


def picture(page: Page):
    return page.locator("#aside svg.bands")


def rules(page: Page):
    return page.locator("#aside")


def save_button(page: Page):
    return page.get_by_role("button", name="Save", exact=True)


def conditions() -> dict[str, str]:
    return {row.severity: row.condition for row in KPI.objects.get().thresholds.all()}


def test_a_mistake_is_seen_before_it_is_saved_and_cannot_be_saved(office, ines, hrv):
    page = office.window()
    page.goto("/admin/")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill("ines")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="KPIs", exact=True).click()
    page.get_by_role("link", name="hrv_rmssd").click()
    expect(picture(page)).to_have_accessible_name(re.compile("Critical below 20 ms"))
    condition(page, "critical").fill("< 120")
    expect(picture(page)).to_have_accessible_name(re.compile("Critical below 120 ms"))
    expect(picture(page).get_by_text("< 120")).to_be_visible()
    expect(rules(page)).to_contain_text("Critical overlaps the normal range.")
    expect(condition(page, "critical")).to_have_accessible_description(
        re.compile("overlaps the normal range")
    )
    expect(save_button(page)).to_be_disabled()
    expect(save_button(page)).to_have_accessible_description("Mend the errors first, then save.")
    assert conditions()["critical"] == "< 20"


def test_the_server_refuses_what_a_tampered_page_sends(page):
    condition(page, "critical").fill("< 120")
    expect(save_button(page)).to_be_disabled()
    page.evaluate("document.getElementById('save').disabled = false")
    save_button(page).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved yet")
    expect(condition(page, "critical")).to_have_value("< 120")
    assert conditions()["critical"] == "< 20"
    assert Revision.objects.count() == 1


def test_a_change_is_in_the_history_in_words_and_can_be_taken_back(page, hrv):
    condition(page, "critical").fill("< 120")
    expect(save_button(page)).to_be_disabled()
    condition(page, "critical").fill("< 25")
    page.get_by_label("Why this change").fill("New reference values")
    save(page)
    assert conditions()["critical"] == "< 25"
    page.goto(form_of(hrv))
    page.locator(".page-head").get_by_role("link", name="History").click()
    latest = page.get_by_role("row").nth(1)
    for text in ("Critical: < 20 → < 25 ms", "New reference values", "Ines Okafor"):
        expect(latest).to_contain_text(text)
    page.get_by_role("link", name="Bring back…").click()
    expect(page.get_by_role("main")).to_contain_text("Critical: < 25 → < 20 ms")
    page.get_by_role("button", name="Bring it back").click()
    expect(condition(page, "critical")).to_have_value("< 20")
    assert conditions() == {"critical": "< 20", "warning": "< 30", "info": "> 100"}
    assert Revision.objects.count() == 3


def test_everything_can_be_done_by_keyboard(page):
    page.locator("body").press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    tab_to(page, condition(page, "critical"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("< 24")
    tab_to(page, page.get_by_label("Why this change"))
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    expect(save_button(page)).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert conditions()["critical"] == "< 24"
    assert Revision.objects.latest("pk").reason == "By keyboard"


def tab_to(page: Page, target) -> None:
    """Press Tab until ``target`` has the focus; what has it must show that on the way."""
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("Tab never got there")


def test_without_scripts_the_server_says_the_same(office, ines, hrv):
    page = office.window(ines, java_script_enabled=False)
    page.goto(form_of(hrv))
    condition(page, "critical").fill("< 120")
    save(page)
    expect(picture(page)).to_have_attribute("aria-label", re.compile("Critical below 120 ms"))
    expect(rules(page)).to_contain_text("Critical overlaps the normal range.")
    expect(condition(page, "critical")).to_have_accessible_description(
        re.compile("overlaps the normal range")
    )
    condition(page, "critical").fill("< 25")
    save(page)
    assert conditions()["critical"] == "< 25"


def test_a_preview_that_does_not_come_leaves_the_form_usable(page, office):
    page.route("**/preview/", lambda route: route.abort())
    condition(page, "critical").fill("< 120")
    expect(page.get_by_text("could not be brought up to date")).to_be_visible()
    expect(save_button(page)).to_be_enabled()
    page.unroute("**/preview/")
    condition(page, "critical").fill("< 22")
    expect(picture(page)).to_have_accessible_name(re.compile("Critical below 22 ms"))
    expect(page.get_by_text("could not be brought up to date")).to_be_hidden()
    office.watch.complaints.clear()  # the browser's own about the request


def test_the_latest_answer_wins(page):
    held: list[Route] = []
    page.route("**/preview/", lambda route: route.fallback() if held else held.append(route))
    condition(page, "critical").fill("< 120")
    page.wait_for_timeout(600)
    condition(page, "critical").fill("< 22")
    expect(picture(page)).to_have_accessible_name(re.compile("Critical below 22 ms"))
    held[0].continue_()
    page.wait_for_timeout(600)
    expect(picture(page)).to_have_accessible_name(re.compile("Critical below 22 ms"))
    expect(save_button(page)).to_be_enabled()


def test_a_double_click_on_save_sends_once(page, hrv):
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_label("Owner").fill("recovery-team")
    expect(save_button(page)).to_be_enabled()
    with page.expect_navigation():
        save_button(page).dblclick()
    page.wait_for_load_state()
    assert len([url for url in posts if url.endswith(form_of(hrv))]) == 1
    assert Revision.objects.count() == 2


def test_leaving_with_unsaved_changes_asks_first(page, office):
    page.get_by_role("link", name="Units", exact=True).click()
    page.wait_for_url("**/unit/")
    assert office.watch.leaving == []
    page.go_back()
    page.get_by_label("Owner").click()
    page.keyboard.type("x")
    page.get_by_role("link", name="Units", exact=True).click()
    page.wait_for_url("**/unit/")
    assert len(office.watch.leaving) == 1


def test_a_new_kpi_is_not_blamed_for_fields_not_reached_yet(page):
    page.goto("/admin/kpis/kpi/add/")
    page.get_by_label("Title").fill("Grip strength")
    expect(rules(page)).not_to_contain_text("Nothing says what this measures")
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(save_button(page)).to_be_enabled()
    page.get_by_label("Name").fill("Grip strength")
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(save_button(page)).to_be_disabled()


def test_the_unit_is_looked_up_and_the_rules_follow(page):
    page.get_by_role("combobox", name="milliseconds").click()
    page.get_by_role("searchbox").fill("seco")
    page.get_by_role("option", name="seconds (s)", exact=True).click()
    expect(picture(page)).to_have_accessible_name(re.compile("Critical below 20 s"))
    expect(rules(page)).to_contain_text("auren_hrv_rmssd_ms")


def test_timing_is_open_where_it_says_something(page, hrv):
    hrv.thresholds.filter(severity="critical").update(for_duration="10m")
    page.goto(form_of(hrv))
    expect(page.get_by_role("group", name="critical").get_by_label("For at least")).to_be_visible()
    expect(page.get_by_role("group", name="warning").get_by_label("For at least")).to_be_hidden()


def test_someone_who_may_only_look_sees_the_contract_and_no_inputs(office, hrv, viewer):
    page = office.window(viewer)
    page.goto(form_of(hrv))
    expect(page.get_by_role("main")).to_contain_text("immediate_rest_recommendation")
    expect(picture(page)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    expect(save_button(page)).to_have_count(0)
