import pytest

from contracts.units import UnitSpec
from observability.dashboards.units import grafana_unit, is_whole
from tests.observability.dashboards.samples import kpi, unit

BELOW_A_SECOND = {"absolute_range": {"min": 1, "max": 250}}


def test_grafanas_own_unit_is_used_where_it_prints_every_possible_value_as_it_is():
    assert grafana_unit(kpi(**BELOW_A_SECOND), unit("milliseconds")) == ("ms", " ms")
    assert grafana_unit(kpi(), unit("percentage")) == ("percent", "%")
    assert grafana_unit(kpi(), unit("mmol_per_l")) == ("conmmolL", " mmol/L")


@pytest.mark.parametrize("most", [None, {"min": 0, "max": 1000}, {"min": -1000, "max": 0}, {"max": 10}])
def test_where_grafana_would_turn_milliseconds_into_seconds_the_symbol_stands(most):
    assert grafana_unit(kpi(absolute_range=most), unit("milliseconds")) == ("suffix:ms", " ms")


def test_a_unit_that_grafana_lacks_is_written_by_its_symbol():
    assert grafana_unit(kpi(), unit("bpm")) == ("suffix:bpm", " bpm")


def test_thousands_are_not_shortened_where_there_is_no_symbol():
    assert grafana_unit(kpi(), unit("count")) == ("none", "")
    assert grafana_unit(kpi(), None) == ("none", "")


def test_a_symbol_is_no_variable():
    assert "$user" not in grafana_unit(kpi(), UnitSpec("odd", "Odd", "$user"))[0]


def test_steps_are_whole_and_milliseconds_are_not():
    assert is_whole(unit("steps"))
    assert not is_whole(unit("milliseconds"))
