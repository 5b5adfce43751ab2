"""One binding: states over time, and of one person why."""

from datetime import timedelta

import pytest

from telemetry import contracts_now
from telemetry.contracts_now import Watched
from telemetry.models import Observation, Standing, Transition
from telemetry.pages.binding_page import why
from telemetry.pages.replaying import replayed
from telemetry.subjects import label
from tests.releases.samples import released
from tests.telemetry.samples import HOUR, NOW, observation, publish_alerting, told

PAGE = "/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/"


def person(standing: Standing) -> str:
    return f"{PAGE}{standing.subject_id}/"


def in_force() -> Watched:
    found = contracts_now.current().binding("NEUROS", "hrv_rmssd")
    assert found is not None
    return found


def test_the_page_shows_everybody_s_states_over_time(critical, client):
    page = client.get(PAGE).text
    assert label("u-1") in page
    assert "u-1" not in page
    assert "s-critical" in page
    assert "critical from" in page


def test_a_person_s_page_says_why(critical, client):
    page = client.get(person(critical)).text
    assert "18 ms is below 25 ms" in page
    assert "reduce training intensity" in page
    assert "NEUROS asks <b>SOMNOS</b> for help: Poor sleep is a common cause." in page
    assert "one of the conditions above is met" in page
    assert "u-1" not in page


def test_and_why_not_another_state(contract, client, now):
    told(observation(20, NOW - HOUR / 60, kpi="hrv_patient"))
    standing = Standing.objects.get()
    page = client.get(f"/admin/telemetry/standing/binding/NEUROS/hrv_patient/{standing.subject_id}/").text
    assert "Not yet" in page
    assert "20 ms is below 25 ms, but not yet for 10 minutes" in page


def test_every_change_is_listed_with_its_reason(critical, client):
    page = client.get(person(critical)).text
    assert "50 ms: nothing to act on" in page
    assert "from band · release 1" in page


def test_another_contract_in_force_is_told(critical, client):
    released("< 19")
    contracts_now.forget()
    told_why = why(critical, in_force())
    assert told_why is not None
    assert told_why.is_older
    assert "The last value was evaluated under release 1" in client.get(person(critical)).text


def test_what_no_contract_watches_any_more_is_shown_as_it_was_left(critical, client):
    Standing.objects.update(agent="GONE")
    Transition.objects.update(agent="GONE")
    page = client.get(f"/admin/telemetry/standing/binding/GONE/hrv_rmssd/{critical.subject_id}/")
    assert page.status_code == 200
    assert "the contract in force does not watch it" in page.text
    assert client.get("/admin/telemetry/standing/binding/GONE/hrv_rmssd/").status_code == 200


def test_replay_gives_the_same_answer(critical, client):
    page = client.post(f"{person(critical)}replay/").text
    assert "the same" in page
    assert "3 values evaluated again lead to <b>critical</b> by the same 2 changes" in page


def test_replay_is_asked_for_and_not_found_by_looking(critical, client):
    assert client.get(f"{person(critical)}replay/").status_code == 405


def test_until_a_release_takes_effect_the_reason_is_that_of_the_contract_that_judged(critical, client):
    publish_alerting("hrv_rmssd", {"risk_if": "< 15"})
    for page in (client.get(person(critical)).text, client.get("/admin/telemetry/standing/now/").text):
        assert "18 ms is below 25 ms" in page
        assert "18 ms is below 15 ms" not in page
    assert "release 2 is now in force" in client.get(person(critical)).text


def test_what_replays_differently_says_so(critical):
    Observation.objects.filter(value=18).update(value=50)
    outcome = replayed(critical)
    assert (outcome.same, outcome.state, outcome.recorded, outcome.missing) == (
        False,
        "normal",
        "critical",
        1,
    )
    assert outcome.reasons == ()


def test_a_late_and_a_corrected_value_replay_to_what_is_recorded(critical, client):
    told(observation(10, NOW - 2.5 * HOUR), now=NOW + timedelta(seconds=1))
    told(observation(70, NOW - HOUR), now=NOW + timedelta(seconds=2))
    page = client.post(f"{person(critical)}replay/").text
    assert "the same</span>" in page


def test_what_was_withdrawn_is_shown_as_that(critical, client):
    told(observation(70, NOW - HOUR), observation(70), now=NOW + timedelta(seconds=1))
    assert "withdrawn" in client.get(person(critical)).text


def test_several_sources_are_told_apart(critical, client):
    told(observation(60, NOW, measurement_source="strap"))
    page = client.get(person(critical)).text
    assert "What each source says" in page
    assert "<b>strap</b>: 60 ms: nothing to act on" in page
    assert "says band" in page
    assert "the same</span>" in client.post(f"{person(critical)}replay/").text


def test_a_history_that_takes_too_long_is_not_replayed(critical, client, monkeypatch):
    monkeypatch.setattr("telemetry.pages.replaying.AT_MOST", 2)
    assert "too many for a page to wait for" in client.post(f"{person(critical)}replay/").text


@pytest.mark.parametrize("people", [2, 20])
def test_few_and_many_people_need_the_same_queries(
    contract, client, now, people, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(contracts_now, "LOOK_EVERY", 1e9)
    told(
        *[observation(value, NOW - HOUR, user_id=f"x-{n}") for n, value in enumerate(range(10, 10 + people))]
    )
    client.get(PAGE)
    # session, person, permissions (2), their standings (3), transitions, counts, agent, navigation
    with django_assert_num_queries(10):
        client.get(PAGE)
