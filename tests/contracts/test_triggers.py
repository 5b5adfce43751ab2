"""Which side of the healthy values a condition is about."""

import pytest

from contracts.conditions import parse
from contracts.intervals import IntervalSet
from contracts.severity import Severity
from contracts.triggers import Side, TriggerSpec, parts_by_side

HEALTHY = IntervalSet.within(50, 80)


def sides_of(text, *others, healthy=HEALTHY):
    triggers = [
        TriggerSpec(Severity.CRITICAL, (), one, condition := parse(one), None, condition.values)
        for one in (text, *others)
    ]
    parts = parts_by_side(triggers, healthy)
    return {side.value: str(part) for side in Side for trigger, part in parts[side] if trigger is triggers[0]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("< 20", {"below": "(-inf, 20)"}),
        ("< 120", {"below": "(-inf, 120)"}),
        ("> 100", {"above": "(100, inf)"}),
        ("< 20 or > 100", {"below": "(-inf, 20)", "above": "(100, inf)"}),
        ("!= 60", {"below": "(-inf, 60)", "above": "(60, inf)"}),
        ("20..40", {"below": "[20, 40]"}),
        ("20..60", {"below": "[20, 60]"}),
        ("70..90", {"above": "[70, 90]"}),
        ("60..70", {}),
        ("20..100", {}),
        ("< 5 or >= 5", {}),
        ("drop > 5% over 1d", {}),
    ],
)
def test_the_side_is_where_a_condition_leaves_the_healthy_values(condition, expected):
    assert sides_of(condition) == expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["> 36"], {"above": "[26, 36]"}),
        (["< 20"], {"below": "[26, 36]"}),
        (["< 10 or > 40"], {"above": "[26, 36]"}),
        (["< 16 or > 46"], {}),
        ([], {}),
    ],
)
def test_without_healthy_values_the_nearest_open_condition_decides(others, expected):
    assert sides_of("26..36", *others, healthy=None) == expected
