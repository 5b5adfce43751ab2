from observability.dashboards.links import address, dashboard_links, kpi_links
from observability.options import ExportOptions
from tests.observability.dashboards.samples import OPTIONS


def test_a_kpi_leads_to_its_page_its_states_and_its_runbook():
    assert [link.url for link in kpi_links("NEUROS", "hrv", OPTIONS)] == [
        "https://admin.example.org/admin/telemetry/standing/binding/NEUROS/hrv/",
        "/d/auren-states?var-agent=NEUROS&var-kpi=hrv&${__url_time_range}",
        "https://docs.example.org/runbooks/kpi-threshold.md",
    ]


def test_without_runbooks_there_is_no_link_to_them():
    options = ExportOptions()
    assert [link.title for link in dashboard_links(options)] == ["AUREN Admin"]
    assert len(kpi_links("NEUROS", "hrv", options)) == 2


def test_an_address_has_no_variable():
    assert address("https://a.example/$user/[[user]]", "/b") == "https://a.example/%24user/%5B%5Buser%5D%5D/b"
