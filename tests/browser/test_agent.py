"""An agent's page: its whole contract is built, mended and moved about in it."""

import re

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Locator, Page, expect

from bindings.documents import Contract
from bindings.models import Agent, ValidationReport
from tests.bindings.admin.conftest import make_agent, make_neuros
from tests.browser.conftest import PHONE, runs_over, save
from tests.browser.test_kpi_form import tab_to
from tests.browser.test_report import PAGE as REPORTS
from tests.browser.test_report import waive_first_note, work

pytestmark = pytest.mark.browser


def agent_url(agent: Agent) -> str:
    return f"/admin/bindings/agent/{agent.pk}/change/"


def contract(name: str = "NEUROS") -> Contract:
    return Contract.of(Agent.objects.whole().get(name=name))


def steps(name: str = "NEUROS") -> list[str]:
    return [step.name for step in contract(name).bindings.kpis_used[0].alerting.actions]


def binding(page: Page, title: str = "Heart-rate variability") -> Locator:
    return page.get_by_role("region", name=title)


def trigger(page: Page, severity: str) -> Locator:
    return page.get_by_role("group", name=severity).get_by_label("When the value is")


def step_inputs(page: Page) -> list[str]:
    inputs = binding(page).get_by_label("What it does")
    return [inputs.nth(at).input_value() for at in range(inputs.count())]


def choose_kpi(page: Page, text: str, title: str) -> None:
    page.locator("#add-binding .select2-selection").click()  # not the select that it replaces
    page.get_by_role("searchbox").fill(text)
    page.get_by_role("option", name=title).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Add", exact=True).click()


@pytest.fixture
def neuros(hrv) -> Agent:
    return make_neuros()


@pytest.fixture
def sheet(office, ines, neuros):
    """Ines, on the page of NEUROS."""
    page = office.window(ines)
    page.goto(agent_url(neuros))
    return page


def test_a_contract_is_built_from_nothing_mended_validated_waived_and_seen_on_the_map(office, ines, hrv):
    make_agent("SOMNOS")
    page = office.window(ines)
    page.goto("/admin/bindings/agent/")
    page.get_by_role("link", name="Add agent").click()
    page.get_by_label("Name").fill("NEUROS")
    choose_kpi(page, "heart", "Heart-rate variability")
    expect(trigger(page, "critical")).to_have_value("< 20")
    expect(page.get_by_label("Name")).to_have_value("NEUROS")
    trigger(page, "warning").fill("")
    trigger(page, "elevated").fill("")
    binding(page).get_by_label("What it does").fill("reduce_training_intensity")
    page.get_by_role("button", name="Add a step").click()
    page.keyboard.type("trigger_somnos_review")
    page.get_by_role("button", name="Add a hand-off").click()
    page.get_by_label("It asks", exact=True).fill("SOMNOS")
    page.get_by_label("Because").fill("Poor sleep is a common cause.")
    trigger(page, "critical").fill("> 130")
    expect(page.locator("#aside")).to_contain_text("The direction contradicts the KPI.")
    expect(trigger(page, "critical")).to_have_accessible_description(re.compile("direction contradicts"))
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    trigger(page, "critical").fill("< 25")
    expect(binding(page).locator("svg.bands")).to_have_accessible_name(
        re.compile("NEUROS acts: Critical below 25 ms")
    )
    save(page)
    assert steps() == ["reduce_training_intensity", "trigger_somnos_review"]
    page.goto(REPORTS)
    page.get_by_role("button", name="Validate now").click()
    work()
    expect(page.get_by_text("This is the first report")).to_be_visible()
    waive_first_note(page)
    assert ValidationReport.objects.get().count("error") == 0
    page.get_by_role("link", name="Map", exact=True).first.click()
    node = page.get_by_role("link", name=re.compile("NEUROS.*watches hrv_rmssd"))
    expect(node).to_be_visible()
    expect(page.locator("svg.map")).to_contain_text("critical")
    node.click()
    expect(page.get_by_role("heading", name="NEUROS")).to_be_visible()


def test_steps_are_moved_by_keyboard(sheet):
    down = sheet.get_by_role("button", name="Move this step down").first
    tab_to(sheet, down)
    sheet.keyboard.press("Enter")
    assert step_inputs(sheet) == ["trigger_somnos_review", "reduce_training_intensity"]
    expect(down).not_to_be_focused()
    sheet.keyboard.press("Enter")
    assert step_inputs(sheet) == ["trigger_somnos_review", "reduce_training_intensity"]
    save(sheet)
    assert steps() == ["trigger_somnos_review", "reduce_training_intensity"]


def test_steps_are_moved_by_dragging(sheet):
    sheet.get_by_role("button", name="Add a step").scroll_into_view_if_needed()
    grip, last = (
        sheet.locator(".action .grip").first.bounding_box(),
        sheet.locator(".action").last.bounding_box(),
    )
    sheet.mouse.move(grip["x"] + 5, grip["y"] + 8)
    sheet.mouse.down()
    for down in (30, last["height"] - 20, last["height"] - 10):
        sheet.mouse.move(last["x"] + 10, last["y"] + down)
    sheet.mouse.up()
    assert step_inputs(sheet) == ["trigger_somnos_review", "reduce_training_intensity"]
    save(sheet)
    assert steps() == ["trigger_somnos_review", "reduce_training_intensity"]


def test_a_step_and_a_hand_off_are_taken_away(sheet):
    sheet.get_by_role("button", name="Take this step away").first.click()
    sheet.get_by_role("button", name="Take this hand-off away").click()
    save(sheet)
    assert steps() == ["trigger_somnos_review"]
    assert not contract().bindings.collaboration.on_risk


def test_without_own_triggers_the_card_says_at_once_that_it_inherits(sheet):
    expect(binding(sheet)).not_to_contain_text("inherited")
    trigger(sheet, "critical").fill("")
    expect(binding(sheet)).to_contain_text("Uses the registry’s thresholds.")
    save(sheet)
    assert contract().bindings.kpis_used[0].alerting.risk_if == ""


def test_enter_saves_and_does_not_move_a_row(sheet):
    sheet.get_by_label("Why this change").fill("By Enter")
    trigger(sheet, "critical").fill("< 24")
    expect(binding(sheet).locator("svg.bands")).to_have_accessible_name(re.compile("below 24 ms"))
    with sheet.expect_navigation():
        trigger(sheet, "critical").press("Enter")
    assert contract().bindings.kpis_used[0].alerting.risk_if == "< 24"
    assert steps() == ["reduce_training_intensity", "trigger_somnos_review"]


def test_without_scripts_rows_are_added_moved_and_saved(office, ines, neuros):
    page = office.window(ines, java_script_enabled=False)
    page.goto(agent_url(neuros))
    page.get_by_role("button", name="Move this step down").first.click()
    assert step_inputs(page) == ["trigger_somnos_review", "reduce_training_intensity"]
    page.get_by_role("button", name="Add a step").click()
    binding(page).get_by_label("What it does").last.fill("rest_today")
    page.get_by_role("button", name="Save", exact=True).click()
    assert steps() == ["trigger_somnos_review", "reduce_training_intensity", "rest_today"]


def test_two_people_at_one_agent_lose_nothing(office, ines, tomas, neuros):
    mine, theirs = office.window(ines), office.window(tomas)
    for page in (mine, theirs):
        page.goto(agent_url(neuros))
    trigger(theirs, "critical").fill("< 22")
    theirs.get_by_label("Because").fill("It may be sleep.")
    save(theirs)
    trigger(mine, "critical").fill("< 24")
    save(mine)
    expect(mine.get_by_role("heading", name="Someone else saved first")).to_be_visible()
    mine.get_by_role("radio", name="< 22").check()
    mine.get_by_role("button", name="Merge and review").click()
    expect(trigger(mine, "critical")).to_have_value("< 22")
    expect(mine.get_by_label("Because")).to_have_value("It may be sleep.")


def test_leaving_with_a_moved_row_asks_first(sheet, office):
    sheet.get_by_role("button", name="Move this step down").first.click()
    sheet.get_by_role("link", name="Units", exact=True).click()
    sheet.wait_for_url("**/unit/")
    assert len(office.watch.leaving) == 1


def test_someone_who_may_only_look_sees_the_contract_and_no_inputs(office, neuros, viewer):
    viewer.user_permissions.add(Permission.objects.get(codename="view_agent"))
    page = office.window(viewer)
    page.goto(agent_url(neuros))
    expect(page.get_by_role("main")).to_contain_text("reduce_training_intensity")
    expect(page.locator("svg.bands")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)


def test_on_a_phone_the_page_fits_even_with_words_that_have_no_end(office, ines, neuros):
    Agent.objects.filter(pk=neuros.pk).update(role="r" * 200)
    neuros.hand_offs.update(reason="w" * 500)
    for row in neuros.bindings.all():
        row.actions.update(description="d" * 500)
    page = office.window(ines, viewport=PHONE)
    for path in (agent_url(neuros), "/admin/bindings/agent/", "/admin/bindings/agent/map/"):
        page.goto(path)
        assert not runs_over(page), path
