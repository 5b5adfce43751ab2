"""What is usual for a person, and where a value lies beside that."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import micros
from protocols.pages.run.usual import WIDTH, Usual, gauge, usual, values_before
from telemetry.models import Subject
from telemetry.pages.contract import Band
from tests.protocols.samples import NOW, USER, observation, told

BANDS = [Band("critical", None, 25), Band("warning", 25, 30), Band("normal", 40, 75)]
number = st.floats(allow_nan=False, allow_infinity=False)


def test_four_in_five_values_are_usual():
    assert usual([float(n) for n in range(101)]) == Usual(10.0, 90.0, 101)


def test_of_too_few_nothing_is_said():
    assert usual([50.0] * 7) is None


@given(number, st.none() | st.tuples(number, number).map(lambda ends: Usual(min(ends), max(ends), 9)))
def test_everything_is_inside_the_picture(value, found):
    drawn = gauge(value, "ms", found, BANDS)
    assert 0 <= drawn.x <= WIDTH
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.2 for bar in drawn.bars)
    assert drawn.usual_x + drawn.usual_width <= WIDTH + 2


def test_it_is_said_for_those_who_do_not_see_it():
    assert gauge(18, "ms", Usual(41, 66, 90), BANDS).sentence == "18 ms, critical; usually 41 to 66 ms"


def test_bands_do_not_overlap():
    bars = gauge(18, "ms", Usual(41, 66, 90), BANDS).bars
    assert all(one.x + one.width <= after.x + 0.2 for one, after in zip(bars, bars[1:], strict=False))


def test_what_came_before_is_looked_up(protocol):
    told(*[observation(40 + n, at=NOW - timedelta(hours=3 * n + 1)) for n in range(9, -1, -1)])
    subject = Subject.objects.get(user_id=USER).pk
    found = values_before(subject, "hrv_rmssd", "NEUROS", "band", micros(NOW))
    assert sorted(found) == [float(40 + n) for n in range(10)]
    assert values_before(subject, "hrv_rmssd", "NEUROS", "strap", micros(NOW)) == []


def test_however_much_was_measured_as_much_is_looked_up(protocol, django_assert_num_queries):
    told(*[observation(50, at=NOW - timedelta(minutes=n)) for n in range(600, 0, -1)])
    subject = Subject.objects.get(user_id=USER).pk
    with django_assert_num_queries(2):  # series, values
        assert len(values_before(subject, "hrv_rmssd", "NEUROS", "band", micros(NOW))) <= 5
