from decimal import Decimal
from math import inf, nextafter

import pytest
from hypothesis import given

from contracts.severity import Severity
from observability.active_triggers import active_triggers
from observability.proof.witnesses import TimeWitness, neighbours, witnesses_of
from tests.contracts.strategies import sets
from tests.observability.agreement.lives import Contract, Life, document_of


def trigger(condition: str, **timing: str):
    life = Life(Contract({Severity.CRITICAL: {"condition": condition, **timing}}, "2d"), {})
    return active_triggers(document_of([life]))[0][0]


def pairs(condition: str):
    return [
        (one.low, one.low_fires, one.high, one.high_fires) for one in witnesses_of(trigger(condition)).values
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("< 20", [(nextafter(20, -inf), True, 20, False)]),
        ("<= 20", [(20, True, nextafter(20, inf), False)]),
        ("> 0", [(0, False, 5e-324, True)]),
        ("80..89", [(nextafter(80, -inf), False, 80, True), (89, True, nextafter(89, inf), False)]),
        ("!= 5", [(nextafter(5, -inf), True, 5, False), (5, False, nextafter(5, inf), True)]),
        ("drop >= 10% over 7d", []),
    ],
)
def test_neighbouring_values_between_which_it_flips(condition, expected):
    assert pairs(condition) == expected


@given(sets)
def test_at_every_place_of_a_set_its_neighbours_are_on_either_side(values):
    for _, low, high in neighbours(values):
        assert nextafter(low, inf) == high
        assert (Decimal(repr(low)) in values) is not (Decimal(repr(high)) in values)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({}, [TimeWitness(0, fires=True), TimeWitness(60, fires=False, end=60)]),
        ({"for": "10m"}, [TimeWitness(600, fires=True), TimeWitness(660, fires=False, end=660)]),
        (
            {"for": "1m", "keep_firing_for": "5m"},
            [TimeWitness(60, fires=True), TimeWitness(420, fires=False, end=120)],
        ),
    ],
)
def test_seconds_at_which_it_flips(timing, expected):
    assert list(witnesses_of(trigger("< 20", **timing)).times) == expected


def test_what_ends_it_lies_beyond_the_band():
    found = witnesses_of(trigger("< 20", recover_if=">= 25"))
    assert (found.inside, found.outside) == (nextafter(20, -inf), 25)
