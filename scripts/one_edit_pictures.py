"""What is looked at on the way from an edit to the alert, and the pictures of it for docs/one-edit.md."""

from __future__ import annotations

import re
from typing import Any, Final

from playwright.sync_api import Browser, Locator, ViewportSize

from scripts.stack import BASE, page_of

IMAGES: Final = BASE / "docs" / "images"
PASSWORD: Final = "a made-up password"  # noqa: S105  # pragma: allowlist secret - of a database that lives for minutes
DESK: Final = ViewportSize(width=1280, height=860)
NEW: Final = "< 28"
"""From where NEUROS acts after the edit, in milliseconds."""


class Photographer:
    """One window, in which the edit is made and everything that follows is looked at."""

    def __init__(self, browser: Browser, admin: str) -> None:
        self.admin = admin
        self.page = browser.new_page(viewport=DESK, color_scheme="light")

    def sign_in(self) -> None:
        self.page.goto(f"{self.admin}/admin/login/")
        self.page.get_by_label("Username").fill("ines")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def keep(self, name: str, top: Locator | None = None, below: int = 12, **options: Any) -> None:
        """The picture ``one-edit-NAME``, from ``top`` on where that is given."""
        if top is not None:
            top.evaluate("(it, px) => scrollTo(0, it.getBoundingClientRect().top + scrollY - px)", below)
        self.page.mouse.move(0, 0)
        self.page.evaluate("document.activeElement?.blur()")
        self.page.evaluate("document.fonts.ready")
        self.page.screenshot(path=IMAGES / f"one-edit-{name}.png", animations="disabled", **options)

    def edit(self) -> None:
        """The one edit: when NEUROS acts."""
        page = self.page
        page.goto(f"{self.admin}/admin/bindings/agent/")
        page.get_by_role("link", name="NEUROS").click()
        page.get_by_role("group", name="hrv_rmssd critical").get_by_label("When the value is").fill(NEW)
        page.get_by_label("Why this change").fill("Legs are heavy below 28 ms")
        page.get_by_role("img", name=re.compile("below 28 ms")).first.wait_for()
        self.keep(
            "form", page.get_by_role("group", name="hrv_rmssd critical").locator("xpath=ancestor::section[1]")
        )
        page.locator(".save-bar:not(.blocked)").wait_for()
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()

    def publish(self) -> None:
        """What it changes and whom it reaches; then it is release 2."""
        page = self.page
        page.goto(f"{self.admin}/admin/releases/release/publish/")
        page.get_by_text("within budget").wait_for()  # a background job works that out
        page.get_by_label("What changed, and why").fill("NEUROS acts below 28 ms, not 25")
        page.set_viewport_size({**DESK, "height": 1000})
        self.keep("publish")
        page.set_viewport_size(DESK)
        page.get_by_role("button", name="Publish release 2").click()
        page.get_by_role("link", name="Alerts and dashboards").click()
        page.get_by_role("link", name="kpi-alerts.yml").click()
        self.keep("files")

    def open_prometheus(self, reader: int, path: str) -> None:
        """A page of Prometheus, all of it there."""
        self.page.goto(f"http://127.0.0.1:{reader}{page_of(reader, path)}", wait_until="networkidle")

    def rules(self, reader: int) -> None:
        """What Prometheus has loaded of NEUROS."""
        self.open_prometheus(reader, "/rules")
        self.keep("rules", self.page.locator("#auren_agent_neuros"), below=70)

    def alerts(self, reader: int) -> None:
        """What fires, of whom, and what it says."""
        page = self.page
        self.open_prometheus(reader, "/alerts")
        page.get_by_role("button", name="Show annotations").click()
        header = page.locator(".alert_header.alert-danger").first
        header.click()
        page.set_viewport_size({"width": 1500, "height": 3000})
        top, below = (
            header.bounding_box(),
            page.locator(".alert_header.alert-danger + tr").first.bounding_box(),
        )
        if top and below:
            clip = {"x": 0, "y": top["y"], "width": 1500, "height": below["y"] + below["height"] - top["y"]}
            self.keep("alert", clip=clip)
        page.set_viewport_size(DESK)

    def standing(self, name: str) -> None:
        """NEUROS' page about this KPI, once the lines are drawn."""
        self.page.goto(f"{self.admin}/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/")
        self.page.locator(".chart canvas").wait_for()
        self.keep(name)
