"""How often a KPI alerts, on its form and where one publishes, in a real browser."""

import os

import pytest
from playwright.sync_api import Page, expect

from contracts.evaluation import micros
from jobs.models import Job
from jobs.runner import run_due
from kpis.models import KPI
from releases.models import Release
from telemetry import contracts_now
from telemetry.storage import forget_all
from tests.browser.conftest import PHONE, form_of, runs_over, save
from tests.browser.test_look import too_faint
from tests.telemetry.samples import DAY, HOUR, NOW, observation, publish_with_settings, told

pytestmark = pytest.mark.browser
PUBLISH = "/admin/releases/release/publish/"


@pytest.fixture
def noisy(transactional_db, monkeypatch) -> KPI:
    """u-1 is critical for an hour a day, u-2 never: 3.5 alerts per person per week, of a budget of 2."""
    forget_all()
    contracts_now.forget()
    publish_with_settings()
    for user, low in (("u-1", 20), ("u-2", 50)):
        for day in range(10):
            begins = NOW - DAY * (10 - day)
            hours = ((0, 50), (2, low), (3, 50))
            told(*(observation(value, begins + HOUR * hour, user_id=user) for hour, value in hours))
    monkeypatch.setattr("observability.noise_figure.clock", lambda: micros(NOW))
    return KPI.objects.get(name="hrv_rmssd")


def picture(page: Page, name: str) -> None:
    """Kept for who wants to look, in the folder that PICTURES names."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def in_both_lights(page: Page, name: str) -> None:
    """Everything can be read by day, by night and on a phone."""
    for light in ("light", "dark"):
        page.emulate_media(color_scheme=light)
        assert too_faint(page) == []
        picture(page, f"{name}-{light}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert runs_over(page) == 0
    picture(page, f"{name}-phone")


def test_the_form_says_how_often_it_alerts_and_takes_a_budget(office, ines, noisy):
    page = office.window(ines)
    page.goto(form_of(noisy))
    card = page.get_by_role("region", name="How often it alerts")
    expect(card).to_contain_text("over budget")
    expect(card).to_contain_text("3.5 alerts per person per week")
    page.get_by_label("alerts per person per week").fill("4")
    save(page)
    page.goto(form_of(noisy))
    expect(card).to_contain_text("within budget")
    in_both_lights(page, "noise-form")


def test_a_release_that_is_over_budget_is_published_with_a_reason(office, ines, noisy):
    KPI.objects.filter(pk=noisy.pk).update(title="Variability")
    page = office.window(ines)
    page.goto(PUBLISH)
    expect(page.get_by_role("region", name="How often it would alert")).to_contain_text(
        "over its noise budget"
    )
    in_both_lights(page, "noise-publish")
    page.get_by_label("What changed, and why").fill("Another title.")
    page.get_by_role("button", name="Publish release 2").click()
    expect(page.get_by_text("say why they may stay")).to_be_visible()
    picture(page, "noise-publish-refused")
    page.get_by_label("Publish despite").check()
    page.get_by_label("Why the warnings may stay").fill("The study wants them.")
    page.get_by_role("button", name="Publish release 2").click()
    expect(page.get_by_text("Release 2 is published")).to_be_visible()
    assert Release.objects.get(number=2).accepted == "The study wants them."


def test_a_large_figure_is_followed_until_it_is_there(office, ines, noisy, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)
    KPI.objects.filter(pk=noisy.pk).update(title="Variability")
    page = office.window(ines)
    page.goto(PUBLISH)
    expect(page.get_by_text("Counting alerts")).to_be_visible()
    picture(page, "noise-working")
    assert run_due() == 1
    expect(page.get_by_text("over its noise budget")).to_be_visible()
    assert Job.objects.filter(kind="noise").count() == 1


def test_what_somebody_types_meanwhile_stays(office, ines, noisy, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)
    KPI.objects.filter(pk=noisy.pk).update(title="Variability")
    page = office.window(ines)
    page.goto(PUBLISH)
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    page.get_by_label("What changed, and why").press_sequentially("Another title.")
    assert run_due() == 1
    expect(page.get_by_text("It is ready. Reload this page to see it")).to_be_visible()
    expect(page.get_by_label("What changed, and why")).to_have_value("Another title.")
    page.reload()
    expect(page.get_by_text("over its noise budget")).to_be_visible()
