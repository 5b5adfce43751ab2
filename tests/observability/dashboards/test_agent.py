from contracts.units import STANDARD_UNITS
from contracts.watched import Definition, WatchedBinding
from observability.dashboards.agent import FEW, LONGEST_ROW, agent_dashboard
from observability.dashboards.classic import classic
from observability.dashboards.kpi_panels import WatchedKpi
from tests.observability.dashboards.samples import OPTIONS, kpi, panels_of


def watched(count, category="sleep"):
    return [
        WatchedKpi(
            WatchedBinding("A", f"kpi_{number}", "", True, "", (), (), Definition(f"kpi_{number}")),
            kpi(name=f"kpi_{number}", category=category),
            STANDARD_UNITS["milliseconds"],
            f"auren_kpi_{number}_ms",
        )
        for number in range(count)
    ]


def rows(of):
    return [(row.title, row.collapsed, len(row.panels)) for row in agent_dashboard("A", of, OPTIONS).rows[1:]]


def test_a_few_kpis_are_open_by_category():
    assert rows([*watched(2), *watched(FEW, "heart")[2:]]) == [("Sleep", False, 4), ("Heart", False, 20)]


def test_many_are_closed_and_no_row_is_endless():
    found = rows(watched(200))
    assert found[0] == ("Sleep (1 of 9)", True, 2 * LONGEST_ROW)
    assert all(collapsed for _, collapsed, _ in found)
    assert sum(panels for _, _, panels in found) == 400


def test_what_is_closed_asks_nothing_until_it_is_opened():
    dashboard = classic(agent_dashboard("A", watched(200), OPTIONS))
    outside = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert len(outside) == 8
    assert len(list(panels_of(dashboard))) == 408


def test_kpis_without_a_category_have_a_heading_too():
    assert rows(watched(1, "")) == [("Without a category", False, 2)]


def test_an_agent_that_watches_nothing_has_its_own_figures():
    assert [row.title for row in agent_dashboard("A", [], OPTIONS).rows] == ["Now"]
