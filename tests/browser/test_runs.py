"""A run in a real browser, from the observation that opens it to the last hand-off: agents work, a person decides."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from auren_client import Client, Timing
from bindings.models import Agent
from kpis.models import RegistrySettings
from protocols.models import Intervention, Pause, ProtocolRun
from telemetry import contracts_now
from telemetry.storage import forget_all
from tests.browser.conftest import PHONE, runs_over
from tests.protocols.samples import publish_protocol
from tests.releases.serving.conftest import token
from tests.telemetry.samples import observation, told

pytestmark = pytest.mark.browser
BOARD = "/admin/protocols/protocolrun/board/"
SCOPES = ("bindings:read", "observations:write", "runs:write")


@pytest.fixture
def contract(transactional_db) -> None:
    forget_all()
    contracts_now.forget()
    RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
    publish_protocol()


@pytest.fixture
def agents(contract, live_server) -> Iterator[dict[str, Client]]:
    """The three as they install the client; nothing happens by itself but what they ask for."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                Client(
                    live_server.url,
                    agent=name,
                    token=token(*SCOPES, agent=name)[1],
                    file=None,
                    timing=Timing(inbox_every=0.2),
                )
            )
            for name in Agent.objects.values_list("name", flat=True)
        }


def report(value: float) -> None:
    now = datetime.now(UTC)
    told(observation(value, now), now=now)


def mine(client: Client, page: Page):
    """The one run in an agent's inbox, once it is there."""
    for _ in range(100):
        if found := [run for run in client.inbox() if run.is_open]:
            return found[0]
        page.wait_for_timeout(100)
    raise AssertionError("nothing came")


def test_a_run_from_the_observation_to_the_last_hand_off(office, ines, agents):
    page = office.window(ines)
    page.goto(BOARD)
    expect(page.get_by_text("Nothing is open")).to_be_visible()
    report(18)
    lane = page.get_by_role("link", name=re.compile("18 ms is below 25 ms")).first
    expect(lane).to_be_visible()  # by itself
    lane.click()
    expect(page.get_by_text("NEUROS has not begun", exact=False).first).to_be_visible()

    neuros = agents["NEUROS"]
    mine(neuros, page).steps[0].done("Told the coach.")
    neuros.flush()
    expect(page.locator("#step-1").get_by_text("as declared")).to_be_visible()  # by itself, too

    # One step is overridden by two clicks.
    page.locator("#step-2 summary").click()
    page.locator("#step-2").get_by_role("button", name="Not suitable for this person").click()
    expect(page.locator("#step-2")).to_contain_text("overridden", ignore_case=True)
    assert Intervention.objects.filter(kind="override", step__number=2).count() == 1

    # That settles what NEUROS has to do, so the others are asked.
    mine(agents["SOMNOS"], page).asked.accept("I look at the nights.")
    agents["SOMNOS"].flush()
    mine(agents["SOMNOS"], page).steps[0].done("Poor sleep for three nights.")
    agents["SOMNOS"].flush()
    mine(agents["CARDIOS"], page).asked.refuse("Nothing to see in the heart.")
    agents["CARDIOS"].flush()
    run = ProtocolRun.objects.get(offer__isnull=True)
    assert run.state == "failed"  # one of them said no
    expect(page.get_by_text(re.compile("CARDIOS.*refused")).first).to_be_visible()

    # It prints as one page, with all that folds away but what is pressed.
    page.emulate_media(media="print")
    assert page.locator("nav").first.is_hidden()
    assert len(page.pdf(format="A4", print_background=True)) > 10_000
    page.emulate_media(media="screen")
    page.set_viewport_size(PHONE)
    assert runs_over(page) == 0


def test_the_kill_switch_reaches_the_agent_at_its_next_poll(office, ines, agents):
    report(18)
    neuros = agents["NEUROS"]
    page = office.window(ines)
    mine(neuros, page)
    page.goto("/admin/protocols/protocolrun/agent/NEUROS/")
    page.get_by_text("Pause NEUROS").first.click()
    page.get_by_role("button", name=re.compile("^1 hour")).click()
    expect(page.get_by_text(re.compile("NEUROS is paused")).first).to_be_visible()
    assert Pause.objects.get().agent == "NEUROS"
    for _ in range(20):
        if neuros.inbox().paused:
            break
        page.wait_for_timeout(100)
    assert neuros.inbox().paused
    assert len(neuros.inbox()) == 0
