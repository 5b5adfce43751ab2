"""A binding that is switched off and on again."""

from dataclasses import replace

import orjson
import pytest

from contracts.evaluation import SECOND
from contracts.severity import Severity
from contracts.watched import Definition, WatchedBinding, WatchedTrigger
from telemetry import contracts_now, silence
from telemetry.contracts_now import Released, Watched
from telemetry.ingest import report
from telemetry.models import Transition
from telemetry.pages.replaying import replayed
from telemetry.standing_judging import judged_by
from tests.telemetry.series_worlds import World

pytestmark = pytest.mark.django_db


def test_a_silent_binding_that_is_switched_off_is_judged_by_nobody_meanwhile():
    """What was stored in that time is nobody's to judge, however late it is looked at."""
    definition = Definition(name="hrv", symbol="ms", missing_data="5m")
    trigger = WatchedTrigger(Severity.CRITICAL, "< 20")
    binding = WatchedBinding("NEUROS", "hrv", "", True, "", (trigger,), (), definition)
    world = World(release=1, contracts={1: binding})
    item = {"kpi": "hrv", "value": 50, "at": contracts_now.iso(world.now), "user_id": world.user}
    with world.in_force():
        report(orjson.dumps(item), agent="NEUROS", now=world.now)
        world.now += 600 * SECOND
        silence.let_time_pass(world.now)
        world.release, world.contracts[2] = 2, replace(binding, enabled=False)
        with pytest.MonkeyPatch.context() as patch:
            watched = Watched(binding, definition, None, world.release, float("-inf"), float("inf"))
            off = Released(
                world.release, {("NEUROS", "hrv"): watched}, {"hrv": definition}, frozenset({"NEUROS"})
            )
            patch.setattr(contracts_now, "load", lambda: off)
            silence.renew(world.now)
        assert world.standing().release == 0
        assert judged_by(0, world.standing().contracts)[-1].since == world.now


def test_what_was_stored_before_a_binding_was_switched_on_stays_nobody_s_to_judge():
    """A correction of it changes nothing of what is recorded, as a replay says."""
    trigger = WatchedTrigger(Severity.CRITICAL, "< 20")
    definition = Definition(name="hrv", symbol="ms")
    binding = WatchedBinding("NEUROS", "hrv", "", True, "", (trigger,), (), definition)
    world = World(release=2, contracts={2: binding})

    def told(value: float, at: int) -> None:
        item = {"kpi": "hrv", "value": value, "at": contracts_now.iso(at), "user_id": world.user}
        report(orjson.dumps(item), agent="NEUROS", now=world.now)

    off = Watched(replace(binding, enabled=False), definition, None, 1, float("-inf"), float("inf"))
    first, second = world.now - 600 * SECOND, world.now - 60 * SECOND
    with pytest.MonkeyPatch.context() as patch:
        released = Released(1, {("NEUROS", "hrv"): off}, {"hrv": definition}, frozenset({"NEUROS"}))
        patch.setattr(contracts_now, "current", lambda: released)
        told(50, first)
    with world.in_force():
        told(40, second)
        told(18, first)
        assert [(one.at, one.after) for one in Transition.objects.standing()] == [(second, 0)]
        assert replayed(world.standing()).same
