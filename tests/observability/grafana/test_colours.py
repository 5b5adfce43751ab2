"""Colour and text of every panel's values, as Grafana's own code decides them, against the contract.

What is expected is worked out from the conditions, one by one, and from nothing that the dashboards are made with.
"""

import re
from decimal import Decimal
from math import inf, nextafter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.conditions import parse
from contracts.severity import Severity
from observability.dashboards.colours import NO_DATA
from observability.dashboards.fields import has_bands, kpi_field
from observability.dashboards.files import watched_kpis
from observability.dashboards.kpi_panels import kpi_panels
from tests.contracts.releases import example_release, made_release
from tests.contracts.strategies import betweens, comparisons, conditions, near
from tests.observability.dashboards.samples import (
    OPTIONS,
    classic_only,
    colour_at,
    example_files,
    kpi,
    numbers_of,
    panels_of,
    severity_at,
    unit,
)
from tests.observability.grafana.oracle import need_grafana, shown

pytestmark = pytest.mark.grafana
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?")
MISSING = (None, "NaN")


@pytest.fixture(autouse=True)
def grafana_is_here():
    need_grafana()


def probes(of):
    """Values inside, on and outside each band: its ends, the floats beside them, and further and further away."""
    found = {0.0, -1e9, 1e9}
    for _, condition in of:
        for number in map(float, numbers_of(condition)):
            found |= {number, nextafter(number, inf), nextafter(number, -inf)}
            found |= {
                number + sign * away for away in (0.001, 0.04, 0.05, 0.06, 0.5, 1, 7) for sign in (-1, 1)
            }
    return sorted(found)


def check(config, of, answers, values, symbol):
    """Each value has the colour of the worst condition that holds, and a text whose number has the same."""
    for theme in answers:
        for value, one in zip(values, theme, strict=True):
            assert one.color == colour_at(value, of), (value, one, of)
            found = NUMBER.match(one.text)
            assert found, one
            assert severity_at(float(found[0]), of) == severity_at(value, of), (value, one, of)
            assert abs(Decimal(found[0]) - Decimal(value)) <= Decimal("1.001").scaleb(-config["decimals"]), (
                one
            )
            assert one.text[found.end() :] == symbol


def is_possible(value, kpi):
    """Whether the KPI's absolute range has it."""
    ends = kpi.absolute_range
    return ends is None or (ends.min is None or value >= ends.min) and (ends.max is None or value <= ends.max)


def watched():
    """Each KPI of each agent, of two registries."""
    for release in (example_release(), made_release()):
        for agent, kpis in watched_kpis(release):
            yield from ((agent, one) for one in kpis)


def test_every_kpi_of_every_agent_has_the_colours_and_texts_of_its_contract():
    cases = [
        (panel.defaults, one)
        for agent, one in watched()
        if has_bands(one.conditions)
        for panel in kpi_panels(agent, one, OPTIONS)
    ]
    assert len(cases) > 20
    # What is not possible is refused, and never drawn: Grafana's own units would make days of so many milliseconds.
    values = [[at for at in probes(one.conditions) if is_possible(at, one.kpi)] for _, one in cases]
    answers = shown([(config, of) for (config, _), of in zip(cases, values, strict=True)])
    for (config, one), of, answer in zip(cases, values, answers, strict=True):
        symbol = one.binding.definition.symbol
        check(config, one.conditions, answer, of, symbol if symbol in ("", "%") else f" {symbol}")


def test_what_is_missing_is_grey_in_every_panel_and_never_red():
    panels = [panel for one in classic_only(example_files()).values() for panel in panels_of(one)]
    answers = shown([(panel["fieldConfig"]["defaults"], MISSING) for panel in panels])
    assert len(panels) > 80
    assert {one for of in answers for theme in of for one in theme} == {(NO_DATA, "no data")}


triggers = st.tuples(st.sampled_from(Severity), conditions(comparisons(near), betweens(near))) | st.tuples(
    st.sampled_from(Severity), conditions(comparisons(), betweens())
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.lists(triggers, min_size=1, max_size=4), st.sampled_from(["hours", "steps", "percentage"])
        ),
        min_size=30,
        max_size=60,
    )
)
def test_any_contract_has_its_colours_and_texts(contracts):
    cases = [(kpi_field(kpi(), unit(code), of), of, code) for of, code in contracts if has_bands(of)]
    values = [probes(of) for _, of, _ in cases]
    answers = shown([(config, of) for (config, _, _), of in zip(cases, values, strict=True)])
    symbols = {"hours": " h", "steps": " steps", "percentage": "%"}
    for (config, of, code), asked, answer in zip(cases, values, answers, strict=True):
        check(config, of, answer, asked, symbols[code])


def test_states_are_painted_as_what_they_mean():
    [panel] = [
        panel
        for panel in panels_of(example_files()["grafana/dashboards/states.json"])
        if panel["title"] == "States"
    ]
    [[dark, light]] = shown([(panel["fieldConfig"]["defaults"], [-1, 0, 1, 2, 3])])
    assert dark == light
    assert [one.text for one in dark] == ["unknown", "normal", "info", "warning", "critical"]
    assert [one.color for one in dark] == [NO_DATA, "#2f9e6e", "#3b82c4", "#c27a0a", "#c8352b"]


def test_a_naked_step_would_paint_silence_red():
    """What the mappings are for: without them, this is what Grafana does."""
    config = kpi_field(kpi(), unit("hours"), [(Severity.CRITICAL, parse("< 20"))])
    [[[none, nan], _]] = shown([(config | {"mappings": []}, MISSING)])
    assert none.color == nan.color == "#c8352b"
