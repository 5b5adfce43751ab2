"""Texts of an agent that would like to be a page stay texts everywhere."""

import pytest
from playwright.sync_api import expect

from tests.bindings.admin.conftest import make_neuros
from tests.browser.conftest import save
from tests.browser.test_hostile_texts import EVIL, assert_text

pytestmark = pytest.mark.browser


def test_every_text_of_an_agent_is_shown_as_text_on_every_page(office, ines, hrv):
    root = f"/admin/bindings/agent/{make_neuros().pk}/"
    page = office.window(ines)
    page.goto(f"{root}change/")
    page.get_by_label("Role").first.fill(EVIL)
    for label in ("Tags", "Because", "Why this change"):
        page.get_by_label(label).fill(EVIL)
    page.get_by_label("In plain words").first.fill(EVIL)
    save(page)
    for path in ("change/", "history/", "history/1/", "..", "../map/", "../../../kpis/kpi/changes/"):
        page.goto(root + path)
        assert_text(page)


def test_what_the_rules_refuse_is_quoted_as_text(office, ines, hrv):
    page = office.window(ines)
    page.goto(f"/admin/bindings/agent/{make_neuros().pk}/change/")
    for label in ("Name", "Applies when", "Deadline", "What it does"):
        page.get_by_label(label).first.fill(EVIL)
    page.get_by_role("group", name="critical").get_by_label("When the value is").fill(EVIL)
    page.get_by_label("It asks", exact=True).fill(EVIL)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert_text(page)
