"""The severity of the open episode: what to alert on, because silence is no recovery."""

from datetime import timedelta

import pytest

from contracts.evaluation import micros
from telemetry import silence
from telemetry.exposition.samples import OPEN, STATE
from tests.telemetry.exposition.samples import scraped
from tests.telemetry.samples import DAY, HOUR, MINUTE, NOW, observation, told
from tests.telemetry.test_silence import lasts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


def shown() -> tuple[list[float], list[float]]:
    found = scraped()
    return list(found[STATE].values()), list(found[OPEN].values())


def test_an_open_episode_is_shown_through_silence_until_a_value_ends_it():
    lasts("2h")
    told(observation(18, NOW - 3 * HOUR))
    assert shown() == ([3], [3])
    silence.let_time_pass(micros(NOW))
    assert shown() == ([-1], [3])
    told(observation(60))
    assert shown() == ([0], [0])


def test_a_device_that_was_put_away_holds_no_episode_open_while_another_speaks():
    told(observation(18, NOW - 8 * DAY))
    told(observation(60, NOW - 2 * DAY, measurement_source="ring"))
    assert shown() == ([3], [3])
    told(observation(60, NOW, measurement_source="ring"))
    assert shown() == ([0], [0])


@pytest.mark.parametrize("apart", [timedelta(0), MINUTE])
def test_there_is_one_state_for_a_binding_and_a_person_however_many_sources(apart):
    told(*[observation(18 + n, NOW - n * apart, measurement_source=f"s-{n}") for n in range(5)])
    assert shown() == ([3], [3])


def test_without_people_it_is_counted(settings):
    settings.SUBJECT_LABEL = "off"
    told(observation(18), observation(17, user_id="u-2"))
    assert scraped()["auren_binding_open_people"] == {("NEUROS", "hrv_rmssd", "critical"): 2}
