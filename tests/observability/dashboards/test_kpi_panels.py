from dataclasses import replace

from observability.dashboards.files import watched_kpis
from observability.dashboards.kpi_panels import description, kpi_panels
from tests.contracts.releases import made_release
from tests.observability.dashboards.samples import OPTIONS

[(_, [NEUROS]), (_, [SOMNOS])] = watched_kpis(made_release())


def titles(watched):
    return [(panel.kind, panel.title) for panel in kpi_panels("NEUROS", watched, OPTIONS)]


def test_a_kpi_has_its_lines_and_who_has_which_value_now():
    assert titles(NEUROS) == [
        ("timeseries", "Heart-rate variability"),
        ("table", "Heart-rate variability: now, worst first"),
    ]


def test_a_kpi_without_metric_has_its_states():
    [panel] = kpi_panels("NEUROS", replace(NEUROS, metric=""), OPTIONS)
    assert panel.kind == "state-timeline"
    assert panel.queries[0].expression.count("auren_binding_state") == 1


def test_each_agent_has_the_bands_of_its_own_triggers():
    colours = [
        [step["value"] for step in next(kpi_panels("A", one, OPTIONS)).defaults["thresholds"]["steps"]]
        for one in (NEUROS, SOMNOS)
    ]
    assert colours == [[None, 25.0, 39.00000000000001, 90.00000000000001], [None, 20.0, 100.00000000000001]]


def test_the_description_says_when_the_agent_acts_and_what_no_colour_shows():
    said = description(NEUROS).replace("\\", "")
    assert "Critical: below 25 ms." in said
    assert "Warning: 25 to 39 ms, for 5 minutes." in said
    assert "A change over time has no colour here" in said
    assert "All of this only where is_resting == true." in said


def test_the_worst_come_first():
    triggers = SOMNOS.triggers
    low, high = [replace(SOMNOS, triggers=[one]) for one in triggers]
    found = [list(kpi_panels("A", one, OPTIONS))[1] for one in (low, high, SOMNOS)]
    assert [panel.queries[0].expression.split("(")[0] for panel in found] == ["bottomk", "topk", "topk"]
    assert [panel.options["sortBy"][0]["desc"] for panel in found] == [False, True, True]
