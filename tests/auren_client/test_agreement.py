"""What a client says on the spot, and what the server answers to the same values: never two things."""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contracts.evaluation import AHEAD, Observed, State
from tests.auren_client.pairs import (
    BEYOND,
    KEPT,
    MINUTE,
    Pair,
    live,
    lives,
    looking_back,
    not_looking_back,
    without_memory,
)
from tests.telemetry.series_worlds import SOURCES, START

pytestmark = pytest.mark.django_db
few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to look for a smaller difference takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
many = settings(few, max_examples=350)
ONE = ("band",)
"""With a second one, which of two equal states speaks hangs on since when, and a late value tells only the server."""
WEEK = 10_080
"""Minutes."""


@few
@given(looking_back, lives(looking_back, 8))
def test_client_and_server_say_the_same_where_contracts_look_back(binding, steps):
    live(binding, steps)


@few
@given(not_looking_back, lives(not_looking_back, 8))
def test_client_and_server_say_the_same(binding, steps):
    live(binding, steps)


@few
@given(without_memory, lives(without_memory, 8, has_late=True))
def test_client_and_server_tell_changes_from_values_that_came_late(binding, steps):
    live(binding, steps, ONE)


@few
@given(st.sampled_from([*BEYOND, AHEAD, -KEPT * 1440 * MINUTE]))
def test_what_is_too_far_from_now_is_refused_by_both(away):
    pair = Pair()
    pair.publish_drop("drop >= 10% over 7d")
    with pair.in_force():
        pair.tell([Observed(50, pair.now)])
        pair.tell([Observed(40, pair.now + away)], is_late=True)  # tell() compares whether both refuse it


@pytest.mark.slow
def test_of_20_000_values_none_means_two_things():
    judged = 0

    @seed(20_000)  # the same lives each time, whatever the order of the tests
    @many
    @given(st.data())
    def often(data):
        nonlocal judged
        contracts, has_late = data.draw(
            st.sampled_from([(looking_back, False), (not_looking_back, False), (without_memory, True)])
        )
        steps = lives(contracts, 60, has_late=has_late)
        judged += live(data.draw(contracts), data.draw(steps), ONE if has_late else SOURCES)

    often()
    assert judged + WEEK >= 20_000


@pytest.mark.slow
@few
@given(st.sampled_from([45.05, 45.1]))
def test_a_window_of_more_than_10_000_values_is_whole_in_both(value):
    """The mean of the 10,080 values is 50.08, that of the newest 10,000 is 50."""
    pair = Pair()
    pair.publish_drop("drop >= 10% over 7d")
    with pair.in_force():
        times = [START - (WEEK - minute) * MINUTE for minute in range(WEEK)]
        told = [Observed(60.0 if place < 80 else 50.0, at) for place, at in enumerate(times)]
        pair.tell(told[: WEEK // 2])
        pair.tell(told[WEEK // 2 :])
        pair.tell([Observed(value, START)])
        assert pair.bindings is not None
        state = pair.judge.state(pair.bindings, "hrv", pair.user, START).state
        assert state is (State.CRITICAL if value == 45.05 else State.NORMAL)
