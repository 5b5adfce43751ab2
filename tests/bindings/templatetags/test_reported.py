"""The first page says what the last report has against the KPIs."""

from bindings import services
from bindings.models import Agent
from kpis.models import KPI
from tests.bindings.reports.conftest import report


def test_without_a_report_it_says_so(neuros, viewer_client):
    page = viewer_client.get("/admin/").text
    assert "not validated yet" in page
    assert "all clear" not in page


def test_it_names_the_kpis_the_rules_have_something_against(neuros, hrv, viewer_client):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    report()
    page = viewer_client.get("/admin/").text
    assert "What to fix next" in page
    assert "level-error" in page
    assert "before the latest edit" not in page


def test_nothing_to_fix_is_all_clear_until_the_next_edit(neuros, viewer_client):
    report()
    page = viewer_client.get("/admin/").text
    assert "The rules find nothing to fix." in page
    services.switch(agents=Agent.objects.all(), on=False, author=None)
    assert "before the latest edit" in viewer_client.get("/admin/").text


def test_a_kpi_that_is_gone_is_not_named(neuros, hrv, viewer_client):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    report()
    KPI.objects.filter(pk=hrv.pk).update(name="another")
    assert "What to fix next" not in viewer_client.get("/admin/").text
