from decimal import Decimal
from math import inf, nextafter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.severity import Severity
from observability.dashboards.bands import edge_mappings, printed_decimals, shares, steps, visible
from observability.dashboards.colours import NORMAL, SEVERITY_COLOURS
from tests.contracts.strategies import sets
from tests.observability.dashboards.samples import conditions

RED, AMBER, BLUE = (SEVERITY_COLOURS[one] for one in (Severity.CRITICAL, Severity.WARNING, Severity.INFO))


def steps_of(**texts):
    parts = shares((severity, condition.values) for severity, condition in conditions(**texts))
    return [(step["value"], step["color"]) for step in steps(parts)]


def test_low_is_bad():
    assert steps_of(critical="< 20", warning="< 30") == [(None, RED), (20.0, AMBER), (30.0, NORMAL)]


def test_high_is_bad():
    assert steps_of(critical=">= 36", info=">= 30") == [(None, NORMAL), (30.0, BLUE), (36.0, RED)]


def test_both_are_bad():
    found = steps_of(critical="< 20", warning="< 30", info=">= 100")
    assert found == [(None, RED), (20.0, AMBER), (30.0, NORMAL), (100.0, BLUE)]


@pytest.mark.parametrize("condition", ["<= 20", "> 20"])
def test_what_begins_above_a_number_begins_at_the_next_float(condition):
    assert [at for at, _ in steps_of(critical=condition)] == [None, nextafter(20, inf)]


def test_a_single_number_has_a_band():
    assert steps_of(critical="== 0") == [(None, NORMAL), (0.0, RED), (5e-324, NORMAL)]


def test_the_worst_of_several_severities_is_seen():
    assert steps_of(info="< 50", critical="10..20") == [
        (None, BLUE),
        (10.0, RED),
        (nextafter(20, inf), BLUE),
        (50.0, NORMAL),
    ]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(Severity), sets), max_size=4))
def test_steps_rise_from_minus_infinity_and_change_the_colour_each_time(bands):
    found = steps(shares(bands))
    numbers = [step["value"] for step in found]
    assert numbers[0] is None
    assert numbers[1:] == sorted(set(numbers[1:]))
    assert all(one["color"] != other["color"] for one, other in zip(found, found[1:], strict=False))


def test_contracts_of_whole_numbers_are_printed_with_one_digit_more():
    assert printed_decimals([Decimal(20)], is_whole=False) == 1
    assert printed_decimals([Decimal("0.85"), Decimal(1)], is_whole=False) == 3
    assert printed_decimals([], is_whole=False) == 1


def test_whole_numbers_are_printed_whole_where_there_is_room():
    assert printed_decimals([Decimal(20), Decimal(22)], is_whole=True) == 0
    assert printed_decimals([Decimal(20), Decimal(21)], is_whole=True) == 1


def test_what_is_just_below_an_edge_is_printed_below_it():
    parts = shares((severity, one.values) for severity, one in conditions(critical="< 20"))
    [mapping] = edge_mappings(parts, 1, " ms")
    assert mapping["options"] == {
        "from": 19.9,
        "to": nextafter(20, -inf),
        "result": {"text": "19.9 ms"},
    }


def test_what_is_just_above_an_edge_is_printed_above_it():
    parts = shares((severity, one.values) for severity, one in conditions(critical="<= 20"))
    [mapping] = edge_mappings(parts, 0, "")
    assert mapping["options"] == {"from": nextafter(20, inf), "to": 21.0, "result": {"text": "21"}}


def test_an_axis_shows_every_band():
    assert visible([Decimal(20), Decimal(100)]) == {"axisSoftMin": 12.0, "axisSoftMax": 108.0}
    assert visible([Decimal(0)]) == {"axisSoftMin": -1.0, "axisSoftMax": 1.0}
    assert visible([]) == {}
