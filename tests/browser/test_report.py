"""Validation reports in a real browser."""

import threading

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from bindings.models import ValidationReport
from jobs.models import Job
from jobs.runner import run_due
from tests.bindings.reports.conftest import report
from tests.browser.conftest import PHONE, runs_over
from tests.browser.test_look import too_faint

pytestmark = pytest.mark.browser
PAGE = "/admin/bindings/validationreport/"


def work() -> None:
    """What a worker does, in a thread of its own."""

    def run() -> None:
        run_due()
        connection.close()

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()


@pytest.fixture
def wrong(hrv):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    return hrv


def test_validate_now_shows_its_progress_and_then_the_report(office, ines, wrong):
    page = office.window(ines)
    page.goto(PAGE)
    page.get_by_role("button", name="Validate now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    Job.objects.update(
        state="running", attempts=1, lease_until="2999-01-01T00:00Z", done=3, total=8, message="Looking"
    )
    expect(page.get_by_text("Looking: 3 of 8")).to_be_visible()
    Job.objects.update(state="queued", attempts=0, lease_until=None)
    work()
    expect(page.get_by_text("This is the first report")).to_be_visible()
    expect(page.get_by_text("Critical overlaps the normal range.").first).to_be_visible()
    expect(page.get_by_role("link", name="Validation")).to_contain_text(
        str(ValidationReport.objects.get().serious)
    )


def test_it_works_without_scripts(office, ines, wrong):
    page = office.window(ines, java_script_enabled=False)
    page.goto(PAGE)
    page.get_by_role("button", name="Validate now").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    expect(page.get_by_text("This is the first report")).to_be_visible(timeout=8000)


def test_mend_leads_to_the_field(office, ines, wrong):
    report()
    page = office.window(ines)
    page.goto(f"{PAGE}?rule=KPI035")
    page.get_by_role("link", name="Fix").first.click()
    row = page.locator("#threshold-critical")
    expect(row).to_be_in_viewport()
    assert page.url.endswith("#threshold-critical")


def waive_first_note(page: Page) -> None:
    """Live with the first note of the latest report, for a reason."""
    page.goto(f"{PAGE}?level=note")
    page.get_by_role("main").get_by_role("link", name="Waive").first.click()
    page.get_by_label("Reason").fill("The device only gives milliseconds.")
    expect(page.get_by_label("Owner")).to_have_value("Ines Okafor")
    page.get_by_role("button", name="Waive it").click()
    expect(page.get_by_role("status")).to_contain_text("Waived until")
    expect(page.get_by_role("heading", name="1 waived")).to_be_visible()


def test_a_note_is_waived(office, ines, wrong):
    before = report()
    waive_first_note(office.window(ines))
    assert ValidationReport.objects.get().count("note") == before.count("note") - 1


def test_a_report_is_filtered_and_downloaded_as_filtered(office, ines, wrong):
    report()
    page = office.window(ines)
    page.goto(PAGE)
    page.get_by_text("Level", exact=True).click()
    page.get_by_role("link", name="note").click()
    expect(page.locator(".finding .level-error")).to_have_count(0)
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="csv").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert '"note"' in text
    assert '"error"' not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_page_can_be_read_and_fits_a_phone(office, ines, wrong, scheme):
    page = office.window(ines, color_scheme=scheme, viewport=PHONE)
    waive = ""

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(path)
            assert too_faint(page) == [], path
            assert not runs_over(page), path

    look(PAGE)  # none yet
    one = report()
    waive = f"{PAGE}{one.pk}/{one.findings[0][10]}/waive/"
    look(PAGE, f"{PAGE}?q=nothing", waive)
    wrong.thresholds.filter(severity="critical").update(condition="< 20")
    report()
    look(PAGE)
    Job.objects.create(kind="validation_report", state="parked", error="Its worker died every time.")
    look(PAGE)
