"""What the laws of the contract language are tried on."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from contracts.conditions import Between, Change, Comparison, Condition
from contracts.durations import Duration
from contracts.intervals import Interval, IntervalSet
from contracts.terms import OPERATORS
from contracts.tokens import ExpectationError

T = TypeVar("T")

#: Any number a contract may hold.
numbers = st.decimals(-999_999_999, 999_999_999, places=6) | st.integers(-200, 200).map(Decimal)
#: Few numbers, so that sets share their ends.
near = st.integers(-3, 3).map(lambda half: Decimal(half) / 2)
windows = st.integers(1, 3650 * 86_400).map(Duration) | st.sampled_from([Duration(86_400), Duration(604_800)])


def read(parse: Callable[[str], T], text: str) -> tuple[T | None, ExpectationError | None]:
    """What a text is read as, or the error; any other exception fails the test."""
    try:
        return parse(text), None
    except ExpectationError as error:
        return None, error


def comparisons(of: st.SearchStrategy[Decimal] = numbers) -> st.SearchStrategy[Comparison]:
    return st.builds(Comparison, st.sampled_from(OPERATORS), of)


def betweens(of: st.SearchStrategy[Decimal] = numbers) -> st.SearchStrategy[Between]:
    return st.lists(of, min_size=2, max_size=2).map(lambda ends: Between(min(ends), max(ends)))


changes = st.builds(
    Change, st.sampled_from(["drop", "rise"]), st.sampled_from([">", ">="]), numbers.map(abs), windows
)


def conditions(*terms: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
    """Conditions made of some kinds of terms, by default of all."""
    kinds = terms or (comparisons(), betweens(), changes)
    return st.lists(st.one_of(*kinds), min_size=1, max_size=4).map(lambda some: Condition(tuple(some)))


_ends = st.none() | near
intervals = st.builds(Interval, _ends, _ends, st.booleans(), st.booleans())
sets = st.lists(intervals, max_size=4).map(lambda some: IntervalSet.of(*some))
#: Every place that the sets above can tell apart: their ends, and one number between and beyond.
probes = [Decimal(quarter) / 4 for quarter in range(-8, 9)]
