"""Measurements in a real browser: they come in while somebody looks."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from kpis.models import RegistrySettings
from telemetry import contracts_now
from telemetry.models import Standing
from telemetry.storage import forget_all
from telemetry.subjects import label
from tests.browser.conftest import PHONE, runs_over
from tests.browser.test_look import too_faint
from tests.telemetry.samples import observation, publish_contract, told

pytestmark = pytest.mark.browser
BINDING = "/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/"
HOUR = timedelta(hours=1)


@pytest.fixture
def start(transactional_db) -> datetime:
    """u-1 was normal for ten days, u-2 was critical once; now is the time of this machine."""
    forget_all()
    contracts_now.forget()
    RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
    publish_contract()
    now = datetime.now(UTC).replace(microsecond=0)
    told(
        *[observation(45 + n % 9, now - n * 6 * HOUR) for n in range(1, 40)],
        *[
            observation(20 if n == 20 else 60 + n % 7, now - n * 6 * HOUR, user_id="u-2")
            for n in range(1, 40)
        ],
        now=now,
    )
    return now


@pytest.fixture
def person(start) -> str:
    return f"{BINDING}{Standing.objects.get(subject__user_id='u-1').subject_id}/"


def report(value: float, **parts: str) -> None:
    now = datetime.now(UTC)
    told(observation(value, now, **parts), now=now)


def ask_now(page: Page) -> None:
    """As it does every five seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def drawn(page: Page) -> None:
    expect(page.locator(".chart canvas")).to_be_visible()


def test_the_first_page_shows_what_comes_in_without_loading_again(office, ines, start):
    page = office.window(ines)
    page.goto("/admin/")
    expect(page.get_by_text("all clear", exact=True).first).to_be_visible()
    page.evaluate("window.stayed = true")
    report(18)
    expect(page.get_by_text("18 ms is below 25 ms")).to_be_visible()  # by itself, within five seconds
    expect(page.get_by_role("link", name=re.compile("1 critical"))).to_be_visible()
    expect(page.get_by_text(label("u-1"))).to_be_visible()
    assert page.evaluate("window.stayed")


def test_whoever_reads_stays_where_they_are(office, ines, start):
    page = office.window(ines)
    page.goto("/admin/")
    cell = page.locator(".cell").first
    cell.focus()
    report(18)
    ask_now(page)
    expect(page.get_by_text("18 ms is below 25 ms")).to_be_visible()
    expect(page.locator(".cell").first).to_be_focused()


def test_what_somebody_chooses_in_a_long_list_stays_while_it_goes_on(office, ines, start, monkeypatch):
    monkeypatch.setattr("telemetry.pages.grid.SMALL", 0)
    page = office.window(ines)
    page.goto("/admin/?state=all")
    page.get_by_label("KPI", exact=True).fill("hrv")
    page.get_by_label("State", exact=True).select_option("critical")
    page.get_by_role("link", name="Now").focus()
    report(18)
    ask_now(page)
    expect(page.get_by_role("link", name=re.compile("1 critical"))).to_be_visible()
    expect(page.get_by_label("KPI", exact=True)).to_have_value("hrv")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(r"q=hrv&agent=&state=critical"))
    expect(page.locator(".cell")).to_have_count(1)


def test_a_server_that_does_not_answer_is_told(office, ines, start):
    page = office.window(ines)
    page.goto("/admin/")
    page.route("**/now/", lambda route: route.fulfill(status=404, body=""))
    ask_now(page)
    expect(page.get_by_text("The server does not answer: this may be old.")).to_be_visible()
    page.unroute("**/now/")
    ask_now(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_a_person_s_page_draws_the_line_and_goes_on_by_itself(office, ines, person):
    page = office.window(ines)
    page.goto(person)
    drawn(page)
    expect(page.get_by_role("img", name="The values over what the agent acts on: 1 line")).to_be_visible()
    report(18)
    ask_now(page)
    expect(page.get_by_text("18 ms is below 25 ms").first).to_be_visible()
    expect(page.get_by_text("reduce training intensity").first).to_be_visible()


def test_looking_closer_and_back(office, ines, person):
    page = office.window(ines)
    page.goto(person)
    drawn(page)
    box = page.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 60, steps=5)
    page.mouse.up()
    back = page.get_by_role("button", name="Show all of it")
    expect(back).to_be_visible()
    back.click()
    expect(page.get_by_text("Drag over a stretch to look closer.")).to_be_visible()


def test_the_pointer_reads_a_value(office, ines, person):
    page = office.window(ines)
    page.goto(person)
    drawn(page)
    box = page.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    expect(page.get_by_text(re.compile(r"^\d+ ms at .* · NEUROS · band · now normal$"))).to_be_visible()


def test_replay_is_one_click(office, ines, person):
    page = office.window(ines)
    page.goto(person)
    page.get_by_role("button", name="Replay the history").click()
    expect(page.get_by_text("the same", exact=True)).to_be_visible()


def test_without_scripts_the_words_are_all_there(office, ines, person):
    page = office.window(ines, java_script_enabled=False)
    page.goto(person)
    expect(page.get_by_text("The chart needs JavaScript; the table shows the same values.")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_role("table").get_by_text("2 normal")).to_be_visible()


def test_a_person_is_two_clicks_from_the_first_page(office, ines, person):
    report(18)
    page = office.window(ines)
    page.goto("/admin/")
    page.get_by_role("main").get_by_role("link", name=re.compile("critical")).click()
    page.get_by_role("link", name=label("u-1")).click()
    expect(page.get_by_text("18 ms is below 25 ms").first).to_be_visible()


def test_a_person_is_found_and_goes_on_by_itself(office, ines, person):
    page = office.window(ines)
    page.goto("/admin/")
    box = page.get_by_role("textbox", name="Find a person")
    box.fill("nobody")
    box.press("Enter")
    expect(page.get_by_text("Nobody has that name or id.")).to_be_visible()
    page.get_by_label("Person").fill(label("u-1"))
    page.get_by_label("Person").press("Enter")
    expect(page.get_by_role("heading", name=f"Person {label('u-1')}")).to_be_visible()
    report(18)
    ask_now(page)
    expect(page.get_by_text("18 ms is below 25 ms, critical just now")).to_be_visible()
    expect(page.get_by_role("table").get_by_text("18 ms is below 25 ms")).to_be_visible()


@pytest.fixture
def pages(person) -> tuple[str, ...]:
    """All that show measurements."""
    whole = f"/admin/telemetry/standing/person/{person.split('/')[-2]}/"
    find = "/admin/telemetry/standing/find/"
    return (
        "/admin/",
        "/admin/telemetry/standing/kpi/hrv_rmssd/",
        BINDING,
        person,
        whole,
        find,
        "/admin/kpis/kpi/",
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(office, ines, pages, scheme):
    report(18)
    page = office.window(ines, color_scheme=scheme)
    for path in pages:
        page.goto(path)
        assert too_faint(page) == [], path


def test_on_a_phone_no_page_scrolls_sideways(office, ines, pages):
    page = office.window(ines, viewport=PHONE)
    for path in pages:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert not runs_over(page), path
