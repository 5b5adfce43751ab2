"""Takes every picture of the docs with a real browser: `make screenshots`.

It starts the site on a spare port with a database of its own, loads the example registry, and works in it
as two people would. Needs Chromium.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
EXAMPLES = ROOT / "examples" / "auren"
REGISTRY = EXAMPLES / "agents" / "shared_modules" / "kpi_registry.yaml"
PASSWORD = "a made-up password"  # noqa: S105  # pragma: allowlist secret - of a database that lives for a minute
PEOPLE = {"ines": ("Ines", "Okafor"), "tomas": ("Tomas", "Lind")}
DESK, PHONE = (1280, 860), (390, 844)
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Take them all."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("screenshots: no Chromium here (Debian: apt install chromium)")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        prepare(Path(data))
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        with site(Path(data)) as address:
            Photographer(browser, address).everything(Path(data))
        browser.close()


def prepare(data: Path) -> None:
    """A database with the example registry and two people; the settings read these variables."""
    for name in [name for name in os.environ if name.startswith("AUREN_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ |= {"AUREN_DATA_DIR": str(data), "AUREN_ENV_FILE": os.devnull, "AUREN_LOG_LEVEL": "WARNING"}
    manage("migrate", "--verbosity", "0")
    manage("registry", "import", str(EXAMPLES))
    manage("registry", "report")  # no worker runs that would
    manage("registry", "publish", "--message", "The example registry, as the team agreed on it")
    for name, (first, last) in PEOPLE.items():
        manage("createsuperuser", "--noinput", "--username", name, "--email", f"{name}@example.org")
        manage(
            "shell", "--verbosity", "0", "--command",
            "from django.contrib.auth.models import User; "
            f"User.objects.filter(username={name!r}).update(first_name={first!r}, last_name={last!r})",
        )  # fmt: skip


def manage(*arguments: str) -> None:
    """Run one of the project's commands; a failing one ends this script."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(  # noqa: S603 - our own program
        command,
        check=True,
        env=os.environ | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def site(data: Path) -> Iterator[str]:
    """The site on a spare port; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (data / "server.log").open("w") as log:
        command = [sys.executable, str(ROOT / "manage.py"), "runserver", "--noreload", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own program
        try:
            wait_for(f"http://127.0.0.1:{port}/livez")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=10)


def wait_for(address: str) -> None:
    """Until it answers, at most 30 seconds."""
    for _ in range(150):
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.2)
    sys.exit("screenshots: the site did not start")


class Photographer:
    """Goes through the pages and keeps pictures of them."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address

    def everything(self, data: Path) -> None:
        """Every picture, in an order in which the registry gathers a history."""
        self.keep(self.page(), "login", "/admin/login/")
        page = self.page("ines")
        self.keep(page, "list-light", "/admin/kpis/kpi/")
        self.keep(self.page("ines", dark=True), "list-dark", "/admin/kpis/kpi/")
        self.keep(self.page("ines", size=PHONE), "list-phone", "/admin/kpis/kpi/")
        page.get_by_role("link", name="hrv_rmssd").click()
        form = page.url.removeprefix(self.address)
        self.keep(page, "kpi-light", form)
        self.keep(self.page("ines", dark=True), "kpi-dark", form)
        self.keep(self.page("ines", size=PHONE), "kpi-phone", form)
        self.with_error(page, "kpi-error", form)
        self.conflict(page, form)
        self.keep(page, "history", form.replace("change/", "history/"))
        self.keep(page, "restore", form.replace("change/", "history/1/"))
        self.agents(page)
        self.keep(page, "index", "/admin/")
        self.keep(self.page("ines", size=PHONE), "index-phone", "/admin/")
        self.plan(page, data)
        self.releases(page)
        self.measured(page)

    def measured(self, page: Page) -> None:
        """Everybody's states, a KPI's lines, a binding, one person with the reason, and everything of them."""
        manage("simulate", "--speed", "0", "--url", self.address)
        self.keep(page, "now-light", "/admin/")
        self.keep(self.page("ines", dark=True), "now-dark", "/admin/")
        self.keep(self.page("ines", size=PHONE), "now-phone", "/admin/")
        values, binding = (
            "/admin/telemetry/standing/kpi/hrv_rmssd/",
            "/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/",
        )
        self.drawn(page, "values-light", values)
        self.drawn(self.page("ines", dark=True), "values-dark", values)
        self.drawn(page, "binding", binding)
        person = page.locator(".stripes a").first.get_attribute("href") or binding
        self.drawn(page, "person-light", person)
        self.drawn(self.page("ines", dark=True), "person-dark", person)
        self.drawn(self.page("ines", size=PHONE), "person-phone", person)
        whole = f"/admin/telemetry/standing/person/{person.rstrip('/').rpartition('/')[2]}/"
        self.keep(page, "whole-light", whole)
        self.keep(self.page("ines", dark=True), "whole-dark", whole)
        self.keep(self.page("ines", size=PHONE), "whole-phone", whole)
        self.keep(page, "list-measured", "/admin/kpis/kpi/")
        board = "/admin/protocols/protocolrun/board/"
        self.keep(page, "board-light", board)
        self.keep(self.page("ines", dark=True), "board-dark", board)
        self.keep(self.page("ines", size=PHONE), "board-phone", board)
        self.keep(page, "protocol-light", "/admin/protocols/protocolrun/agent/NEUROS/")

    def drawn(self, page: Page, name: str, path: str) -> None:
        """The same, once the script has drawn the lines."""
        page.goto(self.address + path)
        page.locator(".chart canvas").wait_for()
        self.keep(page, name)

    def releases(self, page: Page) -> None:
        """What was changed so far is published; then the list, the release, and the way back."""
        publish = "/admin/releases/release/publish/"
        self.keep(page, "publish-light", publish)
        self.keep(self.page("ines", dark=True), "publish-dark", publish)
        self.keep(self.page("ines", size=PHONE), "publish-phone", publish)
        page.get_by_label("What changed, and why").fill("The reference values of 2026")
        page.get_by_label("Publish despite the rules’ warnings").check()
        page.get_by_label("Why the warnings may stay").fill("Agreed in the meeting of 3 May")
        page.get_by_role("button", name="Publish release 2").click()
        self.keep(page, "release")
        self.keep(page, "releases", "/admin/releases/release/")
        self.keep(page, "roll-back", "/admin/releases/channel/production/move/?release=1")
        self.keep(page, "channels", "/admin/releases/channel/")

    def agents(self, page: Page) -> None:
        """An agent's page, its list, and the map with a circle in it."""
        self.keep(page, "agents", "/admin/bindings/agent/")
        page.get_by_role("link", name="SOMNOS").click()
        page.get_by_role("button", name="Add a hand-off").click()
        page.get_by_label("It asks", exact=True).fill("NEUROS")
        page.get_by_label("Because").fill("Short nights show in the nerves first.")
        self.save(page)
        page.get_by_role("link", name="NEUROS").click()
        form = page.url.removeprefix(self.address)
        self.keep(page, "agent-light", form)
        self.keep(self.page("ines", dark=True), "agent-dark", form)
        self.keep(self.page("ines", size=PHONE), "agent-phone", form)
        self.keep(page, "map-light", "/admin/bindings/agent/map/")
        self.keep(self.page("ines", dark=True), "map-dark", "/admin/bindings/agent/map/")
        self.keep(self.page("ines", size=PHONE), "map-phone", "/admin/bindings/agent/map/")

    def page(self, person: str = "", *, size: tuple[int, int] = DESK, dark: bool = False) -> Page:
        """A window of its own, signed in as ``person``."""
        page = self.browser.new_page(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
        )
        if person:
            page.goto(f"{self.address}/admin/login/")
            page.get_by_label("Username").fill(person)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
        return page

    def keep(self, page: Page, name: str, path: str = "") -> None:
        """Go to ``path``, if one is given, and take the picture."""
        if path:
            page.goto(self.address + path)
        page.mouse.move(0, 0)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")

    def with_error(self, page: Page, name: str, form: str) -> None:
        """The form with a condition that the rules refuse."""
        page.goto(self.address + form)
        condition = page.get_by_role("group", name="critical").get_by_label("When the value is")
        condition.fill("< 120")
        page.locator(".save-bar.blocked").wait_for()
        self.keep(page, name)
        condition.fill("< 20")

    def conflict(self, page: Page, form: str) -> None:
        """Two people change the same KPI; the second one sees it and merges."""
        other = self.page("tomas")
        page.goto(self.address + form)
        other.goto(self.address + form)
        warning = other.get_by_role("group", name="warning")
        warning.get_by_label("When the value is").fill("< 35")
        other.get_by_label("Owner").fill("recovery-team")
        other.get_by_label("Why this change").fill("Two months of data: below 35 people already feel it")
        self.save(other)
        page.get_by_role("group", name="warning").get_by_label("When the value is").fill("< 32")
        page.get_by_role("group", name="critical").get_by_label("Then").fill("rest_day_recommendation")
        page.get_by_label("Highest normal").fill("110")
        page.get_by_role("group", name="elevated").get_by_label("When the value is").fill("> 110")
        page.get_by_label("Why this change").fill("The reference values of 2026")
        self.save(page)
        self.keep(page, "conflict")
        page.get_by_role("radio", name="< 35").check()
        page.get_by_role("button", name="Merge and review").click()
        page.get_by_label("Why this change").fill("The reference values of 2026, with Tomas’ warning")
        self.save(page)

    def save(self, page: Page) -> None:
        """Press Save once the preview allows it, and wait for the answer."""
        page.locator(".save-bar:not(.blocked)").wait_for()
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()

    def plan(self, page: Page, data: Path) -> None:
        """A file that changes something, brings something new and clashes with what was edited here."""
        text = REGISTRY.read_text(encoding="utf-8")
        for old, new in ('condition: "< 20"', 'condition: "< 18"'), ('condition: "> 8"', 'condition: "> 7"'):
            text = text.replace(old, new, 1)
        file = data / "kpi_registry.yaml"
        file.write_text(text.replace("kpis:\n", f"kpis:\n{NEW_KPI}", 1), encoding="utf-8")
        page.goto(f"{self.address}/admin/kpis/kpi/import/")
        page.get_by_label("YAML files").set_input_files(file)
        page.get_by_role("button", name="Read and show the plan").click()
        self.keep(page, "import-plan")


NEW_KPI = """
  - name: grip_strength_kg
    title: Grip strength
    description: How hard a hand can squeeze.
    unit: kilograms
    category: strength
    prometheus_metric: auren_grip_strength_kg
    absolute_range: {min: 0, max: 120}
    risk_thresholds:
      warning: {condition: "< 20", action: plan_grip_training}
"""

if __name__ == "__main__":
    main()
