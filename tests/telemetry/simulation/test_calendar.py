"""Which day of the stories it is, in a first run and in a later one."""

from datetime import datetime, timedelta

import pytest

from telemetry.simulation.calendar import DAY, Calendar
from telemetry.simulation.stories import TODAY
from tests.telemetry.samples import NOW, USER, observation, told

pytestmark = pytest.mark.django_db


def test_a_first_run_tells_the_days_before_today_s_story():
    calendar = Calendar.of([USER], 30, NOW)
    assert calendar.first == 0
    assert calendar.day(NOW) == TODAY + 0.5
    assert calendar.at(calendar.day(NOW)) == NOW
    assert calendar.known == {}


def test_fewer_days_are_the_last_ones():
    assert Calendar.of([USER], 7, NOW).first == TODAY - 7
    assert Calendar.of([USER], 7, NOW).origin == Calendar.of([USER], 30, NOW).origin


def test_a_later_run_goes_on_where_the_former_stopped(contract):
    before = Calendar.of([USER], 3, NOW)
    told(observation(at=NOW - 3 * DAY - timedelta(hours=11)), observation(at=NOW - DAY))
    later = Calendar.of([USER, "u-2"], 3, NOW + 2 * DAY)
    assert later.origin == before.origin
    assert later.known == {USER: pytest.approx(before.day(NOW - DAY))}
    assert isinstance(later.at(1.0), datetime)
