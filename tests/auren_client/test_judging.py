"""What an observation means, said on the spot."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from auren_client import NotBound, State, UnreadableBinding
from auren_client.judging import Judge
from auren_client.past import Past
from contracts.evaluation import SECOND, Observed
from tests.auren_client.servers import body

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
MINUTES, DAYS, LITTLE = timedelta(minutes=5), timedelta(days=400), timedelta(microseconds=1)
EDGES = (MINUTES, MINUTES + LITTLE, -DAYS, -DAYS - LITTLE)


def trigger(condition, severity="critical", **more):
    timing = {"for": "", "keep_firing_for": "", "recover_if": "", "inherited": False}
    return {"severity": severity, "condition": condition} | timing | more


@pytest.fixture(autouse=True)
def afternoon(time):
    """What these tests observe around noon is no longer of the future."""
    time.now = (NOON + timedelta(days=60)).timestamp()


@pytest.fixture
def follow(client, server):
    """A client that follows a binding with these triggers, or this anything else."""

    def build(*triggers, **more):
        server.served = body(**({"triggers": list(triggers)} if triggers else {}), **more)
        client.step()
        return client

    return build


def test_a_value_is_judged_in_words_and_with_what_is_to_be_done(follow):
    client = follow()
    assert client.evaluate("hrv_rmssd", 52, user_id="u1").state is State.NORMAL
    verdict = client.evaluate("hrv_rmssd", 18, user_id="u1")
    assert (verdict.previous, verdict.state, verdict.changed) == (State.NORMAL, State.CRITICAL, True)
    assert verdict.reason == "18 ms is below 25 ms"
    assert [action.name for action in verdict.actions] == ["reduce_training_intensity"]
    assert [hand_off.agent for hand_off in verdict.hand_offs] == ["SOMNOS"]
    assert verdict.release == 1


def test_the_same_again_is_no_change(follow):
    client = follow()
    client.evaluate("hrv_rmssd", 18, user_id="u1")
    verdict = client.evaluate("hrv_rmssd", 17, user_id="u1")
    assert (verdict.state, verdict.changed, verdict.transitions) == (State.CRITICAL, False, ())
    assert verdict.reason == "17 ms is below 25 ms"
    assert len(verdict.actions) == 1


def test_users_are_judged_apart(follow):
    client = follow()
    client.evaluate("hrv_rmssd", 18, user_id="u1")
    assert client.evaluate("hrv_rmssd", 52, user_id="u2").previous is State.UNKNOWN
    assert client.state("hrv_rmssd", user_id="u1").state is State.CRITICAL


def test_lengths_of_time_run_in_the_observations_own_time(follow):
    client = follow(trigger("< 25", **{"for": "5m"}))
    states = [
        client.evaluate("hrv_rmssd", 18, at=NOON + timedelta(minutes=minute)).state for minute in (0, 4, 5)
    ]
    assert states == [State.NORMAL, State.NORMAL, State.CRITICAL]


def test_time_alone_may_change_the_state(follow):
    client = follow(trigger("< 25", **{"for": "5m"}))
    client.evaluate("hrv_rmssd", 18, at=NOON)
    assert client.state("hrv_rmssd", at=NOON + timedelta(minutes=4)).state is State.NORMAL
    assert client.state("hrv_rmssd", at=NOON + timedelta(minutes=6)).state is State.CRITICAL


def test_changes_over_time_are_told_from_what_came_before(follow):
    client = follow(trigger("drop >= 10% over 7d", "warning"))
    for day in range(7):
        verdict = client.evaluate("hrv_rmssd", 50, at=NOON + timedelta(days=day), measurement_source="watch")
        assert verdict.state is State.NORMAL
    other = client.evaluate("hrv_rmssd", 45, at=NOON + timedelta(days=7), measurement_source="strap")
    assert other.state is State.NORMAL  # this source has no past
    verdict = client.evaluate("hrv_rmssd", 45, at=NOON + timedelta(days=7), measurement_source="watch")
    assert verdict.state is State.WARNING
    assert "10 %" in verdict.reason


def test_each_source_is_judged_by_itself_and_the_worst_speaks(follow):
    client = follow()
    client.evaluate("hrv_rmssd", 60, at=NOON, measurement_source="watch")
    earlier = NOON - timedelta(hours=5)
    verdict = client.evaluate("hrv_rmssd", 12, at=earlier, measurement_source="ring")
    assert (verdict.state, verdict.measurement_source) == (State.CRITICAL, "ring")
    verdict = client.evaluate("hrv_rmssd", 61, at=NOON, measurement_source="watch")
    assert (verdict.state, verdict.reason, verdict.changed) == (State.CRITICAL, "12 ms is below 25 ms", False)
    later = NOON + timedelta(days=8)
    verdict = client.evaluate("hrv_rmssd", 61, at=later, measurement_source="watch")
    assert (verdict.state, verdict.measurement_source) == (State.NORMAL, "watch")


def test_a_guard_asks_the_context(follow):
    client = follow(guard="is_resting == true")
    assert client.evaluate("hrv_rmssd", 18, context={"is_resting": False}).state is State.UNKNOWN
    assert client.evaluate("hrv_rmssd", 18, context={"is_resting": True}).state is State.CRITICAL


def test_an_impossible_value_is_not_judged(follow):
    client = follow()
    client.evaluate("hrv_rmssd", 52)
    verdict = client.evaluate("hrv_rmssd", 9000)
    assert verdict.refused == "9000 ms is above 300 ms, the highest possible value"
    assert (verdict.state, verdict.actions) == (State.NORMAL, ())


@pytest.mark.parametrize("value", [float("nan"), "18", None])
def test_what_is_no_number_is_not_judged(follow, value):
    assert follow().evaluate("hrv_rmssd", value).refused == "expected a finite number"


def test_what_is_disabled_asks_for_nothing(follow):
    verdict = follow(enabled=False).evaluate("hrv_rmssd", 18)
    assert verdict.refused == "NEUROS's binding to hrv_rmssd is disabled"
    assert (verdict.actions, verdict.hand_offs, verdict.changed) == ((), (), False)
    assert follow(enabled=False).state("hrv_rmssd").refused


def test_a_kpi_that_is_not_bound_is_an_error_with_a_guess(follow):
    with pytest.raises(NotBound, match="no binding to hrv_rmsd in its release; did you mean hrv_rmssd?"):
        follow().evaluate("hrv_rmsd", 18)


def test_a_kpi_in_capitals_is_told_the_right_one(follow):
    with pytest.raises(NotBound, match="did you mean hrv_rmssd?"):
        follow().evaluate("HRV_RMSSD", 18)


def test_a_condition_from_a_newer_server_is_an_error_and_no_silence(follow):
    with pytest.raises(UnreadableBinding, match="NEUROS hrv_rmssd critical"):
        follow(trigger("outside 3 sigma")).evaluate("hrv_rmssd", 18)


def test_a_new_release_is_judged_by_at_once(client, server, time, follow):
    follow().evaluate("hrv_rmssd", 22)
    server.served, server.etag = body(critical="< 20"), '"two"'
    time.now += 10
    client.step()
    assert client.evaluate("hrv_rmssd", 22).state is State.NORMAL


def test_a_new_release_judges_the_value_in_force(client, server, time, follow):
    follow().evaluate("hrv_rmssd", 22)
    server.served, server.etag = body(critical="< 20"), '"two"'
    time.now += 10
    client.step()
    verdict = client.state("hrv_rmssd")
    assert (verdict.state, verdict.previous) == (State.NORMAL, State.CRITICAL)
    assert [(one.cause, one.reason) for one in verdict.transitions] == [
        ("release", "22 ms is not below 20 ms")
    ]


def test_a_time_needs_its_zone(follow):
    with pytest.raises(ValueError, match="zone"):
        follow().evaluate("hrv_rmssd", 18, at=NOON.replace(tzinfo=None))


def test_those_asked_about_longest_ago_are_forgotten(follow):
    client, judge = follow(), Judge(remembered=2)
    for user in ("u1", "u2", "u3"):
        judge.evaluate(client.bindings(), "hrv_rmssd", user, Observed(18, 0))
    states = [judge.state(client.bindings(), "hrv_rmssd", user, 0).state for user in ("u1", "u2", "u3")]
    assert states == [State.UNKNOWN, State.CRITICAL, State.CRITICAL]


def test_a_past_has_all_of_a_window_and_no_more():
    past = Past()
    for minute in range(10_080):  # one a minute for seven days
        past.remember(minute * 60 * SECOND, 50, (minute - 10_080) * 60 * SECOND)
    assert past.before(10_080 * 60 * SECOND)(7 * 86_400) == (504_000, 10_080)
    past.remember(20_000 * 60 * SECOND, 5, 19_000 * 60 * SECOND)
    assert len(past._times) == 1


def test_a_past_that_grows_too_long_says_so_once(monkeypatch, caplog):
    monkeypatch.setattr("auren_client.past.MOST", 5)
    past = Past()
    for second in range(9):
        past.remember(second * SECOND, 1, 0)
    assert past.before(9 * SECOND)(60) == (5, 5)
    assert len(caplog.records) == 1


def test_a_late_value_finds_its_place_and_a_correction_replaces():
    past = Past()
    for second, value in ((10, 1), (30, 3), (20, 7), (20, 2)):
        past.remember(second * SECOND, value, 0)
    assert past.before(30 * SECOND)(60) == (3, 2)
    assert past.before(31 * SECOND)(11) == (5, 2)


def test_a_kpi_that_is_no_longer_in_use_is_not_judged(follow):
    definition = body()["bindings"][0]["definition"] | {"status": "deprecated"}
    verdict = follow(definition=definition).evaluate("hrv_rmssd", 18)
    assert (verdict.refused, verdict.actions) == ("hrv_rmssd is deprecated", ())


def test_a_corrected_value_is_judged_in_place_of_the_former_one(follow):
    client = follow(trigger("< 25", keep_firing_for="1h"))
    assert client.evaluate("hrv_rmssd", 18, at=NOON).state is State.CRITICAL
    verdict = client.evaluate("hrv_rmssd", 60, at=NOON)
    assert (verdict.state, verdict.reason) == (State.NORMAL, "60 ms: nothing to act on")


def test_a_value_for_a_time_that_was_looked_at_already_is_judged_in_its_own_time(follow):
    client = follow(trigger("< 25", **{"for": "5m", "keep_firing_for": "1h"}))
    client.evaluate("hrv_rmssd", 18, at=NOON)
    assert client.state("hrv_rmssd", at=NOON + timedelta(minutes=6)).state is State.CRITICAL
    assert client.evaluate("hrv_rmssd", 60, at=NOON + timedelta(minutes=4)).state is State.NORMAL


def test_the_number_that_is_judged_is_the_one_that_is_sent(follow):
    assert follow().evaluate("hrv_rmssd", Decimal("24.99999999999999999999")).state is State.NORMAL


def test_a_hand_off_about_another_kpi_is_not_told(client, server):
    asked = [
        {"severity": "critical", "agent": "SOMNOS", "kpi": "", "reason": "Short nights."},
        {"severity": "critical", "agent": "NUTROS", "kpi": "sleep_debt", "reason": "Late meals."},
        {"severity": "critical", "agent": "CARDIOS", "kpi": "hrv_rmssd", "reason": "The heart."},
    ]
    server.served = body() | {"hand_offs": asked}
    client.step()
    verdict = client.evaluate("hrv_rmssd", 18, user_id="u1")
    assert [one.agent for one in verdict.hand_offs] == ["SOMNOS", "CARDIOS"]


def test_what_the_server_refuses_for_its_time_is_refused_here_too(follow, server, time):
    server.headers["Auren-Retention-Days"] = "400"
    client = follow()
    now = datetime.fromtimestamp(time.now, UTC)
    told = {at: client.evaluate("hrv_rmssd", 18, at=now + at).refused for at in EDGES}
    assert list(told.values()) == [
        "", "this is more than 5 minutes in the future", "", "this is older than what is kept",
    ]  # fmt: skip


def test_where_the_server_does_not_say_what_it_keeps_nothing_is_too_old(follow, time):
    at = datetime.fromtimestamp(time.now, UTC) - timedelta(days=10_000)
    assert follow().evaluate("hrv_rmssd", 18, at=at).refused == ""
