"""Memories and transitions are JSON, and moments are whole microseconds."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from contracts.evaluation import START, Mark, Memory, MemoryDataError, State, micros, moment
from contracts.severity import Severity
from tests.contracts.evaluation.samples import at, run, trigger, watched

MEMORY = Memory(State.CRITICAL, 5, 6, 6, 18.5, (Mark("critical", 4, 5, None), Mark("warning.2", 6)), 9, "")


@pytest.mark.parametrize("memory", [START, MEMORY, MEMORY._replace(value=18, skipped="not judged: x")])
def test_a_memory_goes_through_json(memory):
    assert Memory.from_data(json.loads(json.dumps(memory.as_data()))) == memory


def test_a_decimal_that_no_float_holds_is_kept_as_its_digits():
    memory = MEMORY._replace(value=Decimal("0.12345678901234567890"))
    assert memory.as_data()["value"] == "0.12345678901234567890"
    assert Memory.from_data(memory.as_data()).value == memory.value
    assert MEMORY._replace(value=Decimal("0.10")).as_data()["value"] == 0.1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"state": "fine"}, "fine"),
        ({"at": 1.5}, "whole microseconds"),
        ({"at": True}, "whole microseconds"),
        ({"value": True}, "a number for value"),
        ({"value": "abc"}, "ConversionSyntax"),
        ({"value": float("nan")}, "finite"),
        ({"marks": [["critical", None, None, None]]}, "expected marks"),
        ({"marks": [["critical", 1]]}, "expected marks"),
        ({"marks": 5}, "not iterable"),
    ],
)
def test_data_that_are_no_memory_are_refused(change, told):
    with pytest.raises(MemoryDataError, match=told):
        Memory.from_data(MEMORY.as_data() | change)


@pytest.mark.parametrize("data", [None, [], {}, "x"])
def test_what_is_no_memory_at_all_is_refused(data):
    with pytest.raises(MemoryDataError, match="expected"):
        Memory.from_data(data)


def test_a_moment_is_whole_microseconds_and_back():
    when = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert micros(when) == 1_767_268_800_123_456
    assert moment(micros(when)) == when
    assert micros(when.astimezone(timezone(timedelta(hours=5, minutes=30)))) == micros(when)
    assert micros(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1_000_000


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        micros(datetime(2026, 1, 1))  # noqa: DTZ001


def test_states_have_the_numbers_of_the_metric():
    assert [state.number for state in State] == [0, 1, 2, 3, -1]
    assert [State.of(severity).number for severity in Severity] == [1, 2, 3]


def test_a_transition_is_json():
    _, [first] = run(watched(trigger()), START, at(60, 18))
    assert json.loads(json.dumps(first.as_data())) == {
        "at": 60_000_000,
        "before": "unknown",
        "after": "critical",
        "cause": "value",
        "reason": "18 ms is below 20 ms",
        "rule": "critical",
        "condition": "< 20",
        "value": 18,
        "means": {},
        "episode": 60_000_000,
    }
