"""The form of an agent with many bindings: opened one by one, found by name, changed, moved and saved."""

import re

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Locator, Page, expect

from bindings.documents import Contract
from bindings.models import Agent
from tests.bindings.admin.test_many_bindings import MANY, make_many
from tests.browser.conftest import PHONE, runs_over, save
from tests.browser.test_accessibility import violations
from tests.browser.test_kpi_form import tab_to

pytestmark = pytest.mark.browser


def agent_url(agent: Agent) -> str:
    return f"/admin/bindings/agent/{agent.pk}/change/"


@pytest.fixture
def many(hrv) -> Agent:
    return make_many(MANY)


@pytest.fixture
def sheet(office, ines, many) -> Page:
    """Ines, on the page of an agent with many bindings."""
    page: Page = office.window(ines)
    page.goto(agent_url(many))
    return page


def stored() -> dict[str, str]:
    rows = Contract.of(Agent.objects.whole().get(name="MANY")).bindings.kpis_used
    return {row.key: row.alerting.risk_if for row in rows}


def title(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Value {number} "))


def condition(page: Page, number: int) -> Locator:
    return page.locator(f"#id_bindings-{number}-critical-condition")


def shown(page: Page) -> list[str]:
    return page.locator("#bindings > :visible code").all_inner_texts()


def test_one_is_opened_by_keyboard_changed_with_its_picture_and_saved_alone(sheet):
    sheet.get_by_label("Find a binding").fill("value 7")
    tab_to(sheet, title(sheet, 7))
    sheet.keyboard.press("Enter")
    expect(sheet.get_by_role("button", name="Close k_7")).to_be_focused()
    condition(sheet, 7).fill("< abc")
    expect(condition(sheet, 7)).to_have_attribute("aria-invalid", "true")
    expect(sheet.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    condition(sheet, 7).fill("< 22")
    expect(sheet.locator("#bindings-7 svg.bands")).to_have_accessible_name(re.compile("below 22 ms"))
    with sheet.expect_request(lambda request: request.method == "POST" and "/change/" in request.url) as sent:
        save(sheet)
    body = sent.value.post_data or ""
    assert "bindings-7-key" in body
    assert "bindings-6" not in body
    assert stored() == {f"k_{n}": "< 22" if n == 7 else "< 25" for n in range(MANY)}


def test_the_list_is_searched_narrowed_and_jumped_in(sheet):
    box = sheet.get_by_label("Find a binding")
    box.fill("VALUE 1")
    expect(sheet.get_by_role("status")).to_have_text(f"11 of {MANY} bindings")
    assert shown(sheet) == ["k_1", *(f"k_{n}" for n in range(10, 20))]
    box.fill("k_12")
    box.press("Enter")
    expect(condition(sheet, 12)).to_be_visible()
    assert Agent.objects.get(name="MANY").revision == 1
    box.fill("")
    sheet.get_by_label("Show").select_option("switched off")
    assert shown(sheet) == []


def test_a_finding_about_many_narrows_the_list_to_them_and_one_of_them_is_opened(sheet):
    entry = sheet.locator("#aside .finding", has_text=f"{MANY} times").first
    entry.locator("summary").click()
    first = entry.get_by_role("link").first
    first.click()
    expect(sheet.get_by_role("button", name=f"Close {first.inner_text()}")).to_be_visible()
    entry.get_by_role("link", name=f"Show all {MANY}").click()
    expect(sheet.get_by_label("Show")).not_to_have_value("")
    assert len(shown(sheet)) == MANY


def test_what_is_wrong_with_a_closed_one_is_marked_in_its_line_and_on_its_input_once_open(office, ines, many):
    many.bindings.get(kpi__name="k_9").triggers.update(condition="< abc")
    page = office.window(ines)
    page.goto(agent_url(many))
    page.get_by_label("Role").first.fill("Watches")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    expect(page.locator("#bindings-9 > .chips")).to_have_text("1 error")
    title(page, 9).click()
    expect(condition(page, 9)).to_have_attribute("aria-invalid", "true")
    condition(page, 9).fill("< 21")
    save(page)
    assert stored()["k_9"] == "< 21"


def test_opening_is_no_change_and_leaving_does_not_ask(sheet, office):
    title(sheet, 3).click()
    expect(condition(sheet, 3)).to_be_visible()
    sheet.get_by_role("button", name="Close k_3").click()
    expect(condition(sheet, 3)).to_be_hidden()
    sheet.get_by_role("link", name="Units", exact=True).click()
    sheet.wait_for_url("**/unit/")
    assert office.watch.leaving == []


def test_what_was_changed_and_closed_again_is_saved(sheet):
    title(sheet, 3).click()
    condition(sheet, 3).fill("< 20")
    sheet.get_by_role("button", name="Close k_3").click()
    save(sheet)
    assert stored()["k_3"] == "< 20"


def test_one_changes_places_with_closed_ones_and_one_is_taken_away(sheet):
    title(sheet, 3).click()
    up = sheet.get_by_role("button", name="Move this binding up")
    up.click()
    up.click()
    title(sheet, 5).click()
    sheet.locator("#bindings-5").get_by_role("button", name="Take this binding away").click()
    save(sheet)
    assert list(stored())[:6] == ["k_0", "k_3", "k_1", "k_2", "k_4", "k_6"]
    assert len(stored()) == MANY - 1


def test_an_address_leads_into_a_closed_one(office, ines, many):
    page = office.window(ines)
    page.goto(f"{agent_url(many)}#id_bindings-8-critical-condition")
    expect(condition(page, 8)).to_be_focused()


def test_one_that_cannot_be_loaded_says_so_and_can_be_tried_again(sheet):
    sheet.route("**/card/4/**", lambda route: route.fulfill(status=404))
    title(sheet, 4).click()
    expect(sheet.get_by_role("alert")).to_contain_text("could not be loaded")
    sheet.unroute("**/card/4/**")
    title(sheet, 4).click()
    expect(condition(sheet, 4)).to_be_visible()


def test_without_scripts_one_is_found_opened_and_saved(office, ines, many):
    page = office.window(ines, java_script_enabled=False)
    page.goto(agent_url(many))
    page.get_by_label("Find a binding").fill("k_6")
    page.get_by_label("Find a binding").press("Enter")
    assert shown(page) == ["k_6"]
    title(page, 6).click()
    condition(page, 6).fill("< 20")
    page.get_by_role("button", name="Save", exact=True).click()
    assert stored() == {f"k_{n}": "< 20" if n == 6 else "< 25" for n in range(MANY)}


def test_someone_who_may_only_look_opens_a_binding(office, many, django_user_model):
    viewer = django_user_model.objects.create_user("looker", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_agent"))
    page = office.window(viewer)
    page.goto(agent_url(many))
    page.get_by_role("link", name=re.compile("^Value 3 ")).click()
    expect(page.locator("#bindings-3 svg.bands")).to_be_visible()
    expect(page.locator("#bindings").get_by_role("textbox")).to_have_count(0)


def test_it_shuts_nobody_out_and_fits_on_a_phone(sheet):
    title(sheet, 3).click()
    expect(condition(sheet, 3)).to_be_visible()
    found = violations(sheet)
    assert not found, "\n".join(found)
    sheet.set_viewport_size(PHONE)
    assert not runs_over(sheet)
