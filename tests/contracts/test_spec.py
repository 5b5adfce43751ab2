"""A KPI compiled for the rules."""

from decimal import Decimal

import pytest

from contracts.intervals import EVERYTHING, IntervalSet
from contracts.spec import compile_kpi, within
from contracts.triggers import Side
from tests.contracts.samples import kpi, with_condition


def test_ranges_become_sets_of_numbers():
    spec = compile_kpi(kpi(), ("kpis", 3))
    assert spec.possible == IntervalSet.within(1, 250)
    assert spec.normal == spec.healthy == IntervalSet.within(30, 100)
    assert spec.path == ("kpis", 3)


def test_what_is_not_given_limits_nothing():
    spec = compile_kpi(kpi(absolute_range=None, normal_range=None))
    assert (spec.possible, spec.normal, spec.healthy) == (EVERYTHING, None, None)


def test_the_best_value_stands_in_for_a_missing_normal_range():
    spec = compile_kpi(kpi(normal_range={"optimal": 50}))
    assert (spec.normal, spec.healthy) == (None, IntervalSet.between(50, 50))


@pytest.mark.parametrize(
    ("low", "high", "inside", "outside"),
    [(1, 3, 3, 4), (1, None, 1, 0), (None, 3, -9, 4), (2, 2, 2, 3)],
)
def test_a_range_includes_its_ends(low, high, inside, outside):
    values = within(*(None if end is None else Decimal(end) for end in (low, high)))
    assert values is not None
    assert inside in values
    assert outside not in values


def test_a_range_out_of_order_counts_as_none():
    assert within(Decimal(3), Decimal(1)) is None
    assert within(None, None) is None


def test_conditions_are_parsed_once_and_errors_kept():
    spec = compile_kpi(with_condition("critical", "< abc"))
    trigger = spec.triggers[0]
    assert (trigger.condition, bool(trigger.values)) == (None, False)
    assert trigger.error is not None
    assert trigger.error.column == 3


def test_thresholds_stand_on_their_sides_worst_first():
    sides = compile_kpi(kpi()).sides
    assert [str(trigger.severity) for trigger, _ in sides[Side.BELOW]] == ["critical", "warning"]
    assert [str(trigger.severity) for trigger, _ in sides[Side.ABOVE]] == ["info"]
