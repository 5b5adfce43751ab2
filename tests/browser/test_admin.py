"""What Django's admin brings along works under our policy and in our look."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from kpis.models import KPI, Unit
from tests.browser.conftest import form_of
from tests.kpis.conftest import make

pytestmark = pytest.mark.browser


def test_a_missing_unit_is_added_without_leaving_the_form(page):
    with page.expect_popup() as opened:
        page.get_by_title("Add another unit").click()
    popup = opened.value
    popup.locator("#id_code").fill("furlongs")
    popup.get_by_label("Symbol").fill("fur")
    popup.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("combobox", name="furlongs (fur)")).to_be_visible()
    assert Unit.objects.filter(code="furlongs").exists()


def test_an_export_is_downloaded_and_the_list_still_works(page):
    page.goto("/admin/kpis/kpi/")
    page.get_by_role("checkbox", name="Select this object").check()
    page.get_by_label("With the selected rows").select_option("export")
    for _ in range(2):
        with page.expect_download() as download:
            page.get_by_role("button", name="Apply").click()
        assert download.value.suggested_filename == "kpi_registry.yaml"


def test_kpis_are_found_filtered_and_deprecated_together(page):
    make(name="other", title="Another one", prometheus_metric="auren_other_ms", category="sleep")
    page.goto("/admin/kpis/kpi/")
    page.get_by_text("Category", exact=True).first.click()
    page.get_by_role("link", name="sleep", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.get_by_role("checkbox", name="Select all objects").check()
    page.get_by_label("With the selected rows").select_option("deprecate")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status")).to_contain_text("1 KPI now deprecated")
    page.get_by_label("Search").fill("heart")
    page.get_by_label("Search").press("Enter")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)


def test_what_others_use_is_not_deleted_and_says_so(page, hrv):
    page.goto(f"/admin/kpis/unit/{hrv.unit_id}/delete/")
    expect(page.get_by_role("main")).to_contain_text("It cannot be deleted while it is in use.")
    expect(page.get_by_role("link", name="Heart-rate variability")).to_be_visible()


def test_a_kpi_is_deleted_after_a_question(page, hrv):
    page.locator(".page-head").get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete Heart-rate variability?")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("deleted")
    assert not KPI.objects.exists()


def test_a_persons_groups_and_dates_can_be_edited(page, tomas):
    page.goto(f"/admin/auth/user/{tomas.pk}/change/")
    page.locator(".datetimeshortcuts").get_by_role("link", name="Now").first.click()
    page.locator(".datetimeshortcuts a").nth(1).click()
    page.locator(".calendarbox:visible td a").first.click()
    page.get_by_role("button", name="Choose all user permissions").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("changed successfully")
    assert User.objects.get(pk=tomas.pk).user_permissions.exists()


def test_a_page_for_which_one_has_no_permission_says_so_in_the_same_look(office, viewer, hrv):
    page = office.window(viewer)
    assert page.goto(f"{form_of(hrv).removesuffix('change/')}delete/").status == 403
    expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()


def test_rules_of_the_registry_are_added_as_rows(page):
    page.goto("/admin/kpis/registrysettings/1/change/")
    page.get_by_text("Add another Validation rule").click()
    page.locator("#id_validation_rules-0-field").fill("owner")
    page.locator("#id_validation_rules-0-required").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("changed successfully")
