"""An observation as it is sent."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from auren_client.observing import write_observation

NOON = datetime(2026, 1, 2, 12, 0, 0, 250_000, tzinfo=UTC)


def written(value: Any = 40, **more: Any) -> dict[str, Any]:
    options: dict[str, Any] = {"agent": "NEUROS", "at": NOON, "user_id": "u1", "measurement_source": "watch"}
    options |= {"unit": "", "context": None}
    found: dict[str, Any] = json.loads(write_observation("hrv_rmssd", value, **options | more)[1])
    return found


def test_it_says_what_was_measured_of_whom_and_when():
    item = written(unit="ms", context={"is_resting": True})
    assert len(item.pop("id")) == 36
    assert item == {
        "agent": "NEUROS",
        "kpi": "hrv_rmssd",
        "value": 40,
        "at": "2026-01-02T12:00:00.250000Z",
        "user_id": "u1",
        "measurement_source": "watch",
        "unit": "ms",
        "context": {"is_resting": True},
    }


def test_every_one_has_an_id_of_its_own():
    assert written()["id"] != written()["id"]


def test_a_time_of_another_zone_is_the_same_moment():
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert written(at=there)["at"] == written()["at"]


@pytest.mark.parametrize(
    ("value", "sent"), [(40, 40), (40.0, 40), (Decimal("0.1"), 0.1), (-0.0, 0), (0.1, 0.1)]
)
def test_numbers_are_sent_as_numbers(value, sent):
    assert written(value)["value"] == sent


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_not_finite_is_refused_where_it_is_made(value):
    with pytest.raises(ValueError, match="finite"):
        written(value)


@pytest.mark.parametrize("value", ["12", True, None])
def test_what_is_no_number_is_refused_where_it_is_made(value):
    with pytest.raises(TypeError, match="expected a number"):
        written(value)


def test_a_time_needs_its_zone():
    with pytest.raises(ValueError, match="zone"):
        written(at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("wrong", [{"user_id": "\ud800"}, {"context": {"x": float("nan")}}])
def test_what_no_json_can_say_is_refused_where_it_is_made(wrong):
    with pytest.raises(ValueError, match=r"surrogates|JSON"):
        written(**wrong)
