"""A run's page in a real browser: from the observation to the completed hand-off, two clicks to override, print."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from contracts.evaluation import micros
from kpis.models import RegistrySettings
from protocols.lifecycle import StepState
from protocols.models import Intervention, Pause, ProtocolRun
from protocols.services.reporting import Report, answer_hand_off, report_step
from telemetry import contracts_now
from telemetry.storage import forget_all
from tests.browser.conftest import PHONE, runs_over
from tests.browser.test_accessibility import violations
from tests.protocols.samples import MINUTE, observation, publish_protocol, told

pytestmark = pytest.mark.browser
TRACE = "ab" * 16


@pytest.fixture
def run(transactional_db) -> ProtocolRun:
    """NEUROS has two things to do, and two agents to ask; it was opened four minutes ago."""
    forget_all()
    contracts_now.forget()
    RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
    publish_protocol()
    now = datetime.now(UTC).replace(microsecond=0) - 4 * MINUTE
    told(*[observation(50 + n % 7, now - n * 600 * MINUTE) for n in range(20, 0, -1)], now=now)
    (found,) = told(observation(18, now), now=now)["runs"]
    ProtocolRun.objects.filter(pk=found["id"]).update(trace=TRACE)
    return ProtocolRun.objects.get(pk=found["id"])


def address(run: ProtocolRun) -> str:
    return f"/admin/protocols/protocolrun/{run.pk}/change/"


def report(run: ProtocolRun, number: int, note: str = "") -> None:
    now = micros(datetime.now(UTC))
    report_step(run.pk, number, Report(StepState.DONE, note=note), agent=run.agent, now=now)


def story(page: Page):
    return page.get_by_role("region", name="What happened", exact=True)


def test_a_run_is_followed_to_its_completed_hand_off_without_loading_again(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    expect(story(page)).to_contain_text("fell to 18 ms")
    page.evaluate("window.stayed = true")
    report(run, 1)
    expect(story(page)).to_contain_text("reduced training intensity after 4 minutes")
    report(run, 2)
    kid = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    expect(story(page)).to_contain_text("SOMNOS has not answered yet")
    answer_hand_off(kid.pk, accept=True, words="", agent="SOMNOS", now=micros(datetime.now(UTC)))
    report(kid, 1, note="Poor sleep.")
    expect(story(page)).to_contain_text("finished its review: “Poor sleep.”")
    assert page.evaluate("window.stayed")


def test_a_step_is_overridden_in_two_clicks(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    row = page.get_by_role("row", name=re.compile("Review sleep"))
    row.locator("summary", has_text="Override").click()
    row.get_by_role("button", name="Not suitable for this person").click()
    expect(page.get_by_text("Overridden. It is on the record.")).to_be_visible()
    assert Intervention.objects.get().step == run.steps.get(number=2)
    expect(story(page)).to_contain_text("Ines Okafor overrode “review sleep”")


def test_it_works_without_scripts_too(office, ines, run):
    page = office.window(ines, java_script_enabled=False)
    page.goto(address(run))
    page.locator("#decide-take_over > summary").click()
    page.locator("#decide-take_over").get_by_role("button", name="Known, and being looked after").click()
    expect(page.get_by_text("Ines Okafor has taken this over.")).to_be_visible()


def test_it_works_by_keyboard(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    page.locator("#decide-agree > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Seen on the ward.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You agreed.")).to_be_visible()
    said = Intervention.objects.get()
    assert (said.reason_code, said.words) == ("right", "Seen on the ward.")


def test_nothing_is_exchanged_under_the_hands_of_who_decides(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    page.locator("#decide-override > summary").click()
    page.locator("#override-words-").fill("Half a sent")
    report(run, 1)
    expect(page.get_by_text("Waits while you decide")).to_be_visible(timeout=15_000)
    expect(page.locator("#override-words-")).to_have_value("Half a sent")
    page.keyboard.press("Escape")
    expect(story(page)).to_contain_text("reduced training intensity", timeout=15_000)


def test_the_agent_is_paused_from_there(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    page.get_by_text("Pause NEUROS").click()
    page.locator(".pauser .lengths button").first.click()
    expect(page.get_by_text("Decide who acts while NEUROS is paused.")).to_be_visible()
    assert Pause.objects.get().agent == "NEUROS"


def test_it_prints_as_one_page(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


def test_it_leads_to_its_trace_where_a_tool_shows_them_and_has_the_id_to_copy_elsewhere(
    office, ines, run, settings
):
    page = office.window(ines)
    page.goto(address(run))
    page.get_by_role("row", name="Trace").get_by_text(TRACE).click()
    assert page.evaluate("getSelection().toString()") == TRACE
    settings.TRACE_URL = "https://jaeger.example.org/trace/{trace_id}"
    page.reload()
    expect(page.get_by_role("link", name=TRACE)).to_have_attribute(
        "href", f"https://jaeger.example.org/trace/{TRACE}"
    )


def test_a_stretch_of_time_is_looked_at_closer(office, ines, run):
    page = office.window(ines)
    page.goto(address(run))
    box = page.locator("svg.timeline").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 60)
    expect(page.locator(".chart-says")).to_contain_text("NEUROS: ")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + 60)
    with page.expect_navigation(url=re.compile(r"from=\d+&to=\d+")):
        page.mouse.up()
    page.get_by_role("link", name="Show all of it").click()
    expect(page).to_have_url(re.compile(r"change/\?$"))


def test_everybody_can_use_it(office, ines, run, settings):
    settings.TRACE_URL = "https://jaeger.example.org/trace/{trace_id}"
    for number in (1, 2):
        report(run, number)
    page = office.window(ines)
    page.goto(address(run))
    assert not violations(page)
    page.set_viewport_size(PHONE)
    assert runs_over(page) == 0
