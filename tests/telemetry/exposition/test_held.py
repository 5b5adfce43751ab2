"""What a process holds is what the database has, whatever happened to that meanwhile."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bindings.models import Binding
from contracts.evaluation import micros
from kpis.models import KPI
from telemetry import contracts_now, cursors, keeping
from telemetry.erasure import erase
from telemetry.exposition import reading, shown, stacks
from telemetry.exposition.held import held
from telemetry.exposition.samples import LAST_OBSERVATION, STATE
from telemetry.models import Observation, Series
from telemetry.storage import forget_all
from telemetry.subjects import pseudonym
from tests.releases.samples import publish
from tests.telemetry.exposition.samples import VALUE, as_the_library_has_it, scraped, text, values
from tests.telemetry.samples import DAY, HOUR, MINUTE, NOW, observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


@pytest.fixture(autouse=True)
def plain(settings):
    settings.SUBJECT_LABEL = "plain"


def people(scrape):
    """The lines about people, which are the first after what the contract says."""
    lines = scrape.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("# HELP auren_hrv"))
    return lines[start : next(n for n, line in enumerate(lines) if "over_budget" in line)]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("mode", ["plain", "pseudonym"])
def test_text_is_what_prometheus_client_would_write(settings, mode, is_open):
    settings.SUBJECT_LABEL = mode
    made = random.Random(7)  # noqa: S311 - the same each time
    for turn in range(6):
        told(
            *[
                observation(
                    made.uniform(10, 90),
                    NOW - HOUR + turn * MINUTE,
                    user_id=f"u-{made.randrange(40)}" + '"\\\n'[made.randrange(3)],
                    kpi=made.choice(["hrv_rmssd", "hrv_patient"]),
                    measurement_source=made.choice(["band", "ring", ""]),
                )
                for _ in range(30)
            ]
        )
        assert people(text(is_open=is_open)) == as_the_library_has_it(is_open=is_open)


def test_what_one_scrape_leaves_is_what_a_new_process_reads():
    told(observation(50, user_id="a"), observation(18, user_id="b"))
    text()
    told(observation(20, NOW + MINUTE, user_id="a"), observation(44, user_id="c"))
    first = text()
    held.forget()
    assert text() == first


def test_a_value_and_its_state_are_there_at_the_next_scrape():
    assert VALUE not in scraped()
    told(observation(18))
    found = scraped()
    assert found[VALUE] == {("NEUROS", "band", "u-1"): 18}
    assert found[STATE][("NEUROS", "hrv_rmssd", "u-1")] == 3
    assert found[LAST_OBSERVATION] == {("NEUROS", "hrv_rmssd", "band", "u-1"): NOW.timestamp()}


def test_a_correction_is_seen():
    told(observation(18))
    text()
    told(observation(50))
    assert values() == {"u-1": 50}


def test_a_silent_value_is_left_out_and_comes_back_with_its_next_one():
    silent_after("1h")
    told(observation(18, user_id="a"), observation(50, NOW + MINUTE, user_id="b"))
    assert values() == {"a": 18, "b": 50}
    assert values(NOW + HOUR) == {"b": 50}
    told(observation(50, NOW + HOUR, user_id="a"), now=NOW + HOUR)
    assert values(NOW + HOUR) == {"a": 50, "b": 50}


def test_when_a_silent_series_was_measured_stays():
    silent_after("1h")
    told(observation(18))
    found = scraped(NOW + 100 * DAY)
    assert VALUE not in found
    assert found[LAST_OBSERVATION] == {("NEUROS", "hrv_rmssd", "band", "u-1"): NOW.timestamp()}


def test_a_silent_series_without_a_metric_has_its_time(monkeypatch):
    monkeypatch.setattr(shown, "is_free", lambda metric: False)
    silent_after("1h")
    told(observation(18))
    assert len(scraped(NOW + DAY)[LAST_OBSERVATION]) == 1


def test_a_corrected_value_that_is_silent_stays_left_out():
    silent_after("1h")
    told(observation(18))
    assert values(NOW + DAY) == {}
    told(observation(50), now=NOW + DAY)
    assert values(NOW + DAY) == {}
    assert values(NOW + 2 * DAY) == {}, "once silent, only a newer value brings it back"


def test_a_silent_series_that_comes_within_the_budget_has_no_value(settings, monkeypatch):
    monkeypatch.setattr(stacks, "SIZE", 1)
    settings.SERIES_BUDGET = 1
    silent_after("1h")
    told(observation(18, NOW + MINUTE, user_id="a"), *[observation(50, user_id=user) for user in "bcd"])
    text(NOW)
    erase("a")
    found = scraped(NOW + HOUR)
    assert VALUE not in found
    assert {key[-1] for key in found[LAST_OBSERVATION]} == {"b"}


@pytest.mark.parametrize("end", ["erasure", "retention"])
def test_a_silent_series_ends_with_its_last_observation(end):
    silent_after("1h")
    told(observation(18))
    assert LAST_OBSERVATION in scraped(NOW + DAY)
    if end == "erasure":
        erase("u-1")
    else:
        keeping.forget_old(micros(NOW + 500 * DAY))
    assert LAST_OBSERVATION not in scraped(NOW + 500 * DAY)


def test_another_metric_or_time_of_silence_is_followed_at_once():
    told(observation(18))
    assert values() == {"u-1": 18}
    KPI.objects.filter(name="hrv_rmssd").update(prometheus_metric="auren_hrv_milliseconds", missing_data="7d")
    release_now()
    assert (values(), values(metric="auren_hrv_milliseconds")) == ({}, {"u-1": 18})
    assert values(NOW + 8 * DAY, "auren_hrv_milliseconds") == {}


def test_who_is_erased_is_gone_from_the_next_scrape():
    told(*[observation(18, user_id=user) for user in "abc"])
    text()
    erase("b")
    assert values() == {"a": 18, "c": 18}
    assert {key[-1] for key in scraped()[STATE]} == {"a", "c"}


def test_what_is_deleted_by_hand_is_noticed():
    told(*[observation(18, user_id=user) for user in "abc"])
    text()
    one = Series.objects.get(subject__user_id="b")
    Observation.objects.filter(series=one).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM telemetry_series WHERE id = %s", [one.pk])
    assert values() == {"a": 18, "c": 18}


def test_who_comes_back_after_being_forgotten_is_shown_again():
    told(observation(18))
    text()
    keeping.forget_old(micros(NOW + 500 * DAY))
    assert values() == {}
    forget_all()
    told(observation(19, NOW + MINUTE))
    assert values() == {"u-1": 19}


def test_a_database_restored_from_a_copy_is_read_anew(monkeypatch):
    told(observation(18))
    text()
    Series.objects.update(value=44, changed=1)
    monkeypatch.setattr(cursors, "now_and_place", lambda: (1, held._place))
    assert values() == {"u-1": 44}


@pytest.mark.parametrize("sign", ["another database", "fewer deletions"])
def test_a_restored_database_that_went_on_is_read_anew(monkeypatch, sign):
    """By the time of the next scrape its own count of changes may be the higher one."""
    told(*[observation(18, user_id=user) for user in "ab"])
    erase("a")
    text()
    Series.objects.update(value=44, changed=1)
    cursor, place = held._cursor, held._place
    if sign == "another database":
        place = (*place, 7)
    else:
        gone = held._gone - 1
        monkeypatch.setattr(reading, "gone", lambda: gone)
    monkeypatch.setattr(cursors, "now_and_place", lambda: (cursor + 5, place))
    assert values() == {"b": 44}


def test_a_binding_that_is_no_longer_there_has_no_state():
    told(observation(18))
    assert len(scraped()[STATE]) == 1
    Binding.objects.filter(kpi__name="hrv_rmssd").delete()
    release_now()
    found = scraped()
    assert (found.get(STATE), len(found[VALUE])) == (None, 1)


def test_a_kpi_that_is_no_longer_released_is_not_shown():
    told(observation(18))
    assert values() == {"u-1": 18}
    Binding.objects.filter(kpi__name="hrv_rmssd").delete()
    KPI.objects.get(name="hrv_rmssd").delete()
    release_now()
    assert LAST_OBSERVATION not in scraped()


def test_what_is_over_the_budget_is_left_out_and_counted(settings):
    settings.SERIES_BUDGET = 2
    told(*[observation(18, user_id=user) for user in "abcd"])
    found = scraped()
    assert {key[-1] for key in found[VALUE]} == {"a", "b"}
    assert {key[-1] for key in found[STATE]} == {"a", "b"}
    assert found["auren_series_over_budget"] == {("hrv_rmssd",): 4}
    erase("a")
    assert values() == {"b": 18, "c": 18}
    assert scraped()["auren_series_over_budget"] == {("hrv_rmssd",): 2}


def test_without_any_budget_there_is_nobody(settings):
    settings.SERIES_BUDGET = 0
    told(observation(18))
    assert "u-1" not in text()


def test_people_are_called_by_a_keyed_hash(settings):
    settings.SUBJECT_LABEL = "pseudonym"
    told(observation(18, user_id="marked"))
    assert values() == {pseudonym("marked"): 18}
    assert "marked" not in text()


def test_a_scrape_takes_as_many_queries_for_many_as_for_one():
    text()
    assert queries(people=1) == queries(people=40)


def queries(people):
    """Those of a scrape after so many new people were reported. Whether the contract is still the one is asked now
    and then, by each process."""
    told(*[observation(20 + people, user_id=f"{people}-{n}") for n in range(people)])
    with CaptureQueriesContext(connection) as asked:
        text()
    return [query["sql"].split(" WHERE ")[0] for query in asked if "servingrevision" not in query["sql"]]


def silent_after(time):
    KPI.objects.filter(name="hrv_rmssd").update(missing_data=time)
    release_now()


def release_now():
    publish()
    contracts_now.forget()
