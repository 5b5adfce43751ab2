"""Names that are the same, and names that were meant."""

import time

import pytest

from contracts.naming import NearNames, fold


@pytest.mark.parametrize(
    "name", ["hrv_rmssd", "HRV_RMSSD", " hrv_rmssd\n", "ｈｒｖ＿ｒｍｓｓｄ", "hrv_\u200brms\u00adsd"]
)
def test_names_that_people_take_for_the_same_fold_alike(name):
    assert fold(name) == "hrv_rmssd"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hrv_rmsd", "hrv_rmssd"),
        ("ln_rmssd", "hrv_rmssd"),
        ("Sleep_Debt", "sleep_debt_hours"),
        ("zone2", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_found(name, expected):
    assert NearNames(["hrv_rmssd", "sleep_debt_hours", "recovery_score"]).nearest(name) == expected


def test_the_nearest_of_many_thousands_is_found_too():
    near = NearNames(f"measured_value_{number}" for number in range(20_000))
    assert near.nearest("measured_valeu_777") == "measured_value_777"


def test_a_file_of_unknown_names_does_not_take_minutes():
    near = NearNames(f"measured_value_{number}" for number in range(10_000))
    started = time.perf_counter()
    for number in range(10_000):
        near.nearest(f"measured_valve_{number}")
    assert time.perf_counter() - started < 10
