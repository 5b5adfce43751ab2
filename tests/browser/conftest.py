"""A real Chromium on a live server, and a watch on everything it complains about."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from contracts.units import STANDARD_UNITS
from kpis.models import KPI, RegistrySettings, Unit
from tests.kpis.conftest import make

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
# A browser notes every answer that is not 2xx; of a page that says no, that is how it says it.
REFUSALS = tuple(f"server responded with a status of {code}" for code in (403, 404, 409, 422))
REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', event =>
    reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Watch:
    """What went wrong in a browser's pages, of which there should be nothing."""

    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    """Questions before leaving a page; those are wanted, and answered with yes."""

    def on(self, context: BrowserContext) -> None:
        context.expose_binding("reportViolation", lambda source, text: self.violations.append(text))
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("page", self.on_page)

    def on_page(self, page: Page) -> None:
        page.on("dialog", self.on_dialog)
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def on_dialog(self, dialog: Dialog) -> None:
        (self.leaving if dialog.type == "beforeunload" else self.dialogs).append(dialog.message)
        dialog.accept()

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in REFUSALS):
            self.complaints.append(message.text)

    def assert_quiet(self) -> None:
        assert (self.dialogs, self.violations, self.complaints) == ([], [], [])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory) -> None:
    """The server's threads each need a connection of their own, which a database in memory does not give them."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here (Debian: apt install chromium, or CHROMIUM=/path/to/it)")
    # Playwright keeps an event loop in this thread, and Django would not let us touch the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Office:
    """Opens windows for people, and watches all of them."""

    browser: Browser
    address: str
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, person: User | None = None, viewport: ViewportSize = DESK, **options) -> Page:
        """A window of a browser of its own, signed in as ``person``."""
        context = self.browser.new_context(base_url=self.address, viewport=viewport, **options)
        self.contexts.append(context)
        self.watch.on(context)
        if person:
            client = Client()
            client.force_login(person)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.address}]
            )
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page


@pytest.fixture
def office(live_server, browser) -> Iterator[Office]:
    office = Office(browser, live_server.url, Watch())
    yield office
    for context in office.contexts:
        context.close()
    office.watch.assert_quiet()


@pytest.fixture
def ines(transactional_db) -> User:
    return person("ines", "Ines", "Okafor")


@pytest.fixture
def tomas(transactional_db) -> User:
    return person("tomas", "Tomas", "Lind")


def person(name: str, first: str, last: str) -> User:
    return User.objects.create_superuser(name, password=name, first_name=first, last_name=last)


@pytest.fixture
def hrv(transactional_db) -> KPI:
    """The registry with one KPI. What migrations put into the database, the test before has wiped out."""
    Unit.objects.bulk_create([Unit.of_spec(spec) for spec in STANDARD_UNITS.values()], ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
    return make()


@pytest.fixture
def page(office: Office, ines: User, hrv: KPI) -> Page:
    """Ines, on the form of heart-rate variability."""
    page = office.window(ines)
    page.goto(form_of(hrv))
    return page


def form_of(kpi: KPI) -> str:
    return f"/admin/kpis/kpi/{kpi.pk}/change/"


def condition(page: Page, severity: str):
    """The input of a threshold's condition."""
    return page.get_by_role("group", name=severity).get_by_label("When the value is")


def runs_over(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, width)


def save(page: Page) -> None:
    """Press Save once the preview allows it, and wait for the page that answers."""
    button = page.get_by_role("button", name="Save", exact=True)
    expect(button).to_be_enabled()
    with page.expect_navigation():
        button.click()
