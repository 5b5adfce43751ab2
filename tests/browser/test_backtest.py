"""Asking how often another condition would have acted, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from jobs.models import Job
from jobs.runner import run_due
from tests.browser.conftest import PHONE, runs_over
from tests.browser.test_look import too_faint
from tests.browser.test_telemetry import BINDING, start
from tests.releases.samples import edit

__all__ = ["start"]
pytestmark = pytest.mark.browser
HEADLINE = re.compile("would be critical|Nobody would be|It would act")


def ask(page: Page, condition: str) -> None:
    page.goto(BINDING)
    page.get_by_label("would be").fill(condition)
    page.get_by_role("button", name="Try it").click()


def test_the_answer_stands_beside_the_next_question(office, ines, start):
    page = office.window(ines)
    ask(page, "< 46")
    expect(page.get_by_text(HEADLINE)).to_be_visible()
    expect(page.get_by_label("would be")).to_have_value("< 46")
    assert runs_over(page) == 0
    assert too_faint(page) == []
    page.set_viewport_size(PHONE)
    assert runs_over(page) == 0
    page.get_by_label("would be").fill("< abc")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("A number is expected")).to_be_visible()


def test_a_large_one_is_followed_until_it_is_done(office, ines, start, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 3)
    page = office.window(ines)
    ask(page, "< 46")
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    assert run_due() == 1
    expect(page.get_by_text(HEADLINE)).to_be_visible()
    assert Job.objects.get(kind="backtest").state == "done"


def test_the_publish_page_tells_it_also_on_a_phone(office, ines, start):
    edit("< 30")
    page = office.window(ines, PHONE)
    page.goto("/admin/releases/release/publish/")
    expect(page.get_by_role("heading", name="Over the last 30 days")).to_be_visible()
    expect(page.get_by_text(HEADLINE)).to_be_visible()
    assert runs_over(page) == 0
