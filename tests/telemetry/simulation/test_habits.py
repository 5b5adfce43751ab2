"""What is measured looks like life."""

from itertools import pairwise
from math import exp
from statistics import mean

import pytest

from auren_admin.management.commands.up import EXAMPLES
from telemetry.simulation.habits import GENERATED, HEARTBEATS
from tests.telemetry.simulation.samples import life, of


def test_every_kpi_of_the_example_is_measured():
    text = (EXAMPLES / "agents" / "shared_modules" / "kpi_registry.yaml").read_text()
    assert life().kpis == {line.split(": ")[1] for line in text.splitlines() if line.startswith("  - name: ")}


def test_values_are_in_the_order_of_their_time():
    days = [one.day for one in life().measured(0, 5)]
    assert days == sorted(days)
    assert days[0] >= 0
    assert days[-1] < 5


def test_what_is_asked_in_parts_is_what_is_asked_at_once():
    whole, parts = (
        life(4).measured(-2, 3),
        [life(4).measured(day, day + 0.5) for day in (-2, -1.5, -1, -0.5, 0)],
    )
    parts += [life(4).measured(day, day + 0.5) for day in (0.5, 1, 1.5, 2, 2.5)]
    assert [one for part in parts for one in part] == whole


def test_no_series_has_two_values_at_a_moment():
    found = life().measured(0, 40)
    assert len({(one.person.user_id, one.kpi, one.day) for one in found}) == len(found)


def test_overtraining_lowers_heart_rate_variability_to_critical_and_it_recovers():
    weeks = [of("overtraining", "hrv_rmssd", since, since + 3) for since in (0, 10, 18, 27)]
    rested, falling, worst, recovered = map(mean, weeks)
    assert rested > falling > worst
    assert max(weeks[2]) < 25
    assert min(rested, recovered) > 40


def test_sleep_debt_grows_until_it_is_critical():
    assert max(of("sleep debt", "sleep_debt_hours", 0, 12)) < 4
    assert min(of("sleep debt", "sleep_debt_hours", 28, 32)) > 8


def test_a_silent_device_measures_nothing():
    assert of("silent device", "hrv_rmssd", 20, 26)
    assert not of("silent device", "hrv_rmssd", 26, 34)


def test_a_story_shows_where_it_should():
    assert max(of("moves with pain", "fms_total")) <= 14 < min(of("well", "fms_total"))
    assert mean(of("eats irregularly", "glucose_cv_percent")) > 34 > mean(of("well", "glucose_cv_percent"))
    assert mean(of("eats too little protein", "protein_adequacy_g_per_kg")) < 1.6
    assert mean(of("flat mornings", "cortisol_awakening_response_pct")) < 25


def test_whoever_is_well_is_nearly_always_in_the_healthy_range():
    found = of("well", "hrv_rmssd")
    assert sum(30 <= value <= 100 for value in found) > 0.97 * len(found)
    assert min(of("well", "sleep_efficiency")) > 88
    assert min(of("well", "recovery_score")) > 70


def test_both_kinds_of_heart_rate_variability_come_of_the_same_beats():
    for plain, logarithmic in zip(of("well", "hrv_rmssd"), of("well", "ln_rmssd"), strict=True):
        assert exp(logarithmic) == pytest.approx(plain, abs=0.15)


def test_every_value_says_where_it_comes_from():
    sources = {(one.kpi.endswith("rmssd"), one.source) for one in life().measured(0, 8)}
    assert sources == {(True, HEARTBEATS), (False, GENERATED)}


def test_a_guarded_kpi_brings_what_its_guard_asks_for():
    found = [one for one in life().measured(0, 2) if one.context is not None]
    assert {one.kpi for one in found} == {"protein_adequacy_g_per_kg"}
    assert {one.context["is_hypertrophy_focused"] for one in found} == {True, False}


def test_neighbouring_days_differ_less_than_days_far_apart():
    values = of("well", "resting_hr", 0, 400)
    near = mean(abs(after - before) for before, after in pairwise(values))
    far = mean(abs(after - before) for before, after in zip(values, values[30:], strict=False))
    assert near < far
