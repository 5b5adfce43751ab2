"""RMSSD of real heartbeats, resampled."""

import random
from math import sqrt

import pytest

from auren_admin.management.commands.simulate import HEARTBEATS
from telemetry.simulation.heartbeats import STRETCH, Heartbeats, read_heartbeats


def chance():
    return random.Random(1)  # noqa: S311 - the same each time


def test_the_rmssd_is_the_root_of_the_mean_of_squared_differences():
    assert Heartbeats([800, 810, 790] * 20).usual == pytest.approx(
        sqrt((20 * 10**2 + 20 * 20**2 + 19 * 10**2) / 59)
    )


def test_even_beats_have_none():
    assert Heartbeats([800] * 100).rmssd(chance()) == 0


def test_the_sample_varies_as_its_five_minute_windows_do():
    heartbeats, fate = read_heartbeats(HEARTBEATS), chance()
    found = sorted(heartbeats.rmssd(fate) for _ in range(200))
    assert 45 < found[0] < heartbeats.usual < found[-1] < 105
    assert len(set(found)) == 200


def test_seams_between_stretches_do_not_count():
    calm, fast = [1000] * STRETCH * 5, [500] * STRETCH * 5
    fate, whole = chance(), Heartbeats(calm + fast)  # one jump in all of it
    assert sum(whole.rmssd(fate) > 0 for _ in range(20)) < 20


def test_too_few_beats_are_refused():
    with pytest.raises(ValueError, match="more than 40"):
        Heartbeats([800] * STRETCH)
