"""Every page can be used by everybody: axe-core on each of them, in the light, in the dark and on a phone."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from playwright.sync_api import Page

from kpis.models import KPI
from tests.browser.conftest import DESK, PHONE, form_of
from tests.browser.everything import fill, pages
from tests.browser.test_telemetry import report, start

__all__ = ["start"]
pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
"""https://github.com/dequelabs/axe-core, as its npm package ships it; the licence lies beside it."""
RUN = """async only => {
  const options = {resultTypes: ['violations'], preload: false};
  if (only) options.runOnly = {type: 'rule', values: [only]};
  const {violations} = await axe.run(document, options);
  return violations.filter(one => one.impact !== 'minor')
    .map(one => `${one.impact} ${one.id}: ` + one.nodes.map(node => node.html.slice(0, 200)).join(' | '));
}"""
OPEN = "for (const details of document.querySelectorAll('details')) details.open = true"
SEND = "const form = document.querySelector('main form[method=post]'); form.noValidate = true; form.requestSubmit()"


def violations(page: Page) -> list[str]:
    """What axe finds at a desk and on a phone, and of the colours in the dark; all that folds away is open."""
    page.wait_for_load_state("load")
    page.evaluate(AXE)
    page.evaluate(OPEN)
    found = [f"{page.url} light: {one}" for one in page.evaluate(RUN)]
    page.emulate_media(color_scheme="dark")
    found += [f"{page.url} dark: {one}" for one in page.evaluate(RUN, "color-contrast")]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    found += [f"{page.url} phone: {one}" for one in page.evaluate(RUN)]
    page.set_viewport_size(DESK)
    return found


def seen(page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        found += violations(page)
    return found


def test_no_page_shuts_anybody_out(office, ines, start):
    fill(ines)
    report(18)
    client = Client()
    client.force_login(ines)
    paths = list(pages(client))
    assert len(paths) > 80
    found = seen(office.window(ines), paths)
    assert not found, "\n".join(found)


def test_no_form_does_that_says_no(office, ines, start):
    page = office.window(ines)
    found = []
    for path in (
        "kpis/kpi", "kpis/unit", "auth/user", "auth/group", "bindings/agent", "bindings/apitoken", "bindings/waiver",
        "bindings/actionkind",
        "releases/channel", "releases/webhook", "telemetry/erasure",
    ):  # fmt: skip
        page.goto(f"/admin/{path}/add/")
        with page.expect_navigation():
            page.evaluate(SEND)
        found += violations(page)
    assert not found, "\n".join(found)


def test_nor_does_a_page_for_those_who_only_look_or_are_not_known(office, start, django_user_model):
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    kpi = KPI.objects.get(name="hrv_rmssd")
    paths = [
        "/admin/",
        "/admin/kpis/kpi/",
        form_of(kpi),
        "/admin/bindings/agent/",
        "/admin/kpis/kpi/add/",
        "/admin/nowhere/",
    ]
    found = seen(office.window(viewer), paths)
    found += seen(office.window(), ["/admin/login/", "/api/v1/docs/"])
    assert not found, "\n".join(found)
