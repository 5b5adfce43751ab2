"""The live board, an agent's page and pauses in a real browser."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from protocols.models import Pause
from tests.browser.conftest import PHONE, runs_over
from tests.browser.test_look import too_faint
from tests.browser.test_runs import contract
from tests.browser.test_telemetry import ask_now, report, start
from tests.protocols.samples import asked_beside

__all__ = ["contract", "start"]
pytestmark = pytest.mark.browser
BOARD = "/admin/protocols/protocolrun/board/"
AGENT = "/admin/protocols/protocolrun/agent/NEUROS/"


def test_a_run_comes_to_the_board_while_somebody_looks(office, ines, start):
    page = office.window(ines)
    page.goto(BOARD)
    expect(page.get_by_text("Nothing is open")).to_be_visible()
    page.evaluate("window.stayed = true")
    report(18)
    expect(
        page.get_by_role("link", name="18 ms is below 25 ms")
    ).to_be_visible()  # by itself, within five seconds
    expect(page.get_by_text("1 run open")).to_be_visible()
    expect(page.locator(".map .mark", has_text="1 critical")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_an_agent_is_paused_in_two_clicks_and_goes_on_in_one(office, ines, start):
    report(18)
    page = office.window(ines)
    page.goto(AGENT)
    page.get_by_text("Pause NEUROS").click()
    page.get_by_role("button", name="1 hour").click()
    expect(page.get_by_text("NEUROS does nothing")).to_be_visible()
    expect(page.get_by_text("NEUROS is paused, and goes on by itself")).to_be_visible()
    assert Pause.objects.get().author == ines
    page.goto(BOARD)
    expect(page.get_by_role("heading", name="Paused now")).to_be_visible()
    page.goto(AGENT)
    page.get_by_role("button", name="Lift the pause").click()
    expect(page.get_by_text("NEUROS does nothing")).to_have_count(0)


def test_from_the_board_it_is_two_clicks_too_and_one_is_back_there(office, ines, start):
    report(18)
    page = office.window(ines)
    page.goto(BOARD)
    page.get_by_role("link", name="Pause NEUROS").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("heading", name="Live board")).to_be_visible()
    expect(page.get_by_text("paused").first).to_be_visible()


def test_what_somebody_types_stays_while_the_page_goes_on(office, ines, start):
    page = office.window(ines)
    page.goto(AGENT)
    page.get_by_text("Pause NEUROS").click()
    page.get_by_label("In words, if there is more to say").fill("It sends nonsense.")
    report(18)
    ask_now(page)
    expect(page.get_by_role("link", name="18 ms is below 25 ms").first).to_be_visible()
    expect(page.get_by_label("In words, if there is more to say")).to_have_value("It sends nonsense.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_can_be_read(office, ines, start, scheme):
    report(18)
    page = office.window(ines, viewport=PHONE, color_scheme=scheme)
    for address in (
        BOARD,
        AGENT,
        "/admin/protocols/protocolrun/",
        "/admin/protocols/pause/add/?agent=NEUROS",
    ):
        page.goto(address)
        assert runs_over(page) == 0, address
        assert not too_faint(page), address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_hand_off_that_no_contract_declares_looks_otherwise_than_all_that_are(
    office, ines, contract, scheme
):
    asked_beside(at=datetime.now(UTC))
    page = office.window(ines, viewport=PHONE, color_scheme=scheme)
    page.goto(BOARD)
    dashes = "lines => lines.map(line => getComputedStyle(line).strokeDasharray)"
    key = page.locator(".map-key .line").evaluate_all(dashes)
    assert len(set(key)) == len(key) == 4
    assert page.locator(".edge.undeclared.l-offered .line").evaluate_all(dashes) == [key[-1]]
    for address in (BOARD, AGENT.replace("NEUROS", "SOMNOS")):
        page.goto(address)
        assert runs_over(page) == 0, address
        assert not too_faint(page), address
