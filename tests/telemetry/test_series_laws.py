"""What is recorded is a replay of what is stored, always; and it is true."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.evaluation import SECOND, Observed
from telemetry.models import Transition
from tests.telemetry.series_worlds import START, World, bindings, is_true, steps, values

pytestmark = pytest.mark.django_db
few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
many = settings(few, max_examples=300)


def lived(binding, todo):
    """A person's time, with corrections, late values, releases and looks of the job in between."""
    world = World()
    world.publish(binding)
    with world.in_force():
        world.send(Observed(50.0, world.now - 3600 * SECOND, {"rested": True}, "band"))
        for step in todo:
            step(world)
        assert world.recorded() == world.replayed()
        for reason in Transition.objects.values_list("reason", flat=True):
            assert is_true(reason), reason


@few
@given(bindings, steps)
def test_what_is_recorded_is_a_replay_of_what_is_stored(binding, todo):
    lived(binding, todo)


@pytest.mark.slow
@many
@given(bindings, steps)
def test_what_is_recorded_is_a_replay_of_what_is_stored_very_often(binding, todo):
    lived(binding, todo)


arrivals = st.lists(
    st.tuples(st.sampled_from(["band", "ring", "watch"]), st.integers(1, 400), values),
    min_size=2,
    max_size=10,
)


def in_any_order(binding, arrived, chance: random.Random):
    """Values of three devices, each device's own in their order, in one order or another, alone or together."""
    worlds = [World(now=START), World(now=START)]
    series: dict[str, dict[int, Observed]] = {}
    for source, second, value in arrived:
        one = Observed(value, START - second * 7 * SECOND, {"rested": True}, source)
        series.setdefault(source, {})[one.at] = one
    found = []
    for world in worlds:
        world.publish(binding)
        left = [sorted(own.values(), key=lambda one: one.at, reverse=True) for own in series.values()]
        with world.in_force():
            while left:
                batch = []
                for _ in range(chance.randint(1, 4)):
                    if left:
                        own = chance.choice(left)
                        batch.append(own.pop())
                        left = [one for one in left if one]
                world.send(*batch)
            standing = world.standing()
            found.append((world.recorded(), standing.state, standing.open_severity, standing.source))
    assert found[0] == found[1]


@few
@given(bindings, arrivals, st.randoms(use_true_random=False))
def test_any_order_of_arrival_that_keeps_each_series_own_gives_the_same(binding, arrived, chance):
    in_any_order(binding, arrived, chance)


@pytest.mark.slow
@many
@given(bindings, arrivals, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_very_often(binding, arrived, chance):
    in_any_order(binding, arrived, chance)
