"""The small line in the list of KPIs."""

from telemetry.pages.sparks import sparks
from tests.conftest import signed_in
from tests.telemetry.samples import DAY, HOUR, NOW, observation, told


def test_one_point_a_day_and_a_gap_where_nothing_came(contract, now, django_assert_num_queries):
    told(*[observation(30 + n, NOW - n * DAY - HOUR) for n in range(10) if n != 4])
    with django_assert_num_queries(2):
        found = sparks(["hrv_rmssd", "ln_rmssd"], now)
    assert list(found) == ["hrv_rmssd"]
    assert [len(piece.split()) for piece in found["hrv_rmssd"].pieces] == [5, 4]
    assert found["hrv_rmssd"].told == "between 30 and 39 over the last 30 days"


def test_several_people_are_one_line(contract, now):
    told(observation(30, NOW - HOUR), observation(50, NOW - HOUR, user_id="u-2"))
    found = sparks(["hrv_rmssd"], now)["hrv_rmssd"]
    assert (found.pieces, len(found.dots)) == ((), 1)
    assert found.told == "between 40 and 40 over the last 30 days"


def test_the_list_shows_it_to_who_may_see_measurements(contract, now, editor, looker):
    told(observation(30, NOW - HOUR), observation(35, NOW - DAY))
    looker.user_permissions.add(*editor.user_permissions.all())
    assert 'class="spark"' in signed_in(looker).get("/admin/kpis/kpi/").text
    assert "Lately" not in signed_in(editor).get("/admin/kpis/kpi/").text
