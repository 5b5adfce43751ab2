"""Who is in which state, at a glance."""

import pytest

from bindings.models import ActionKind
from telemetry import contracts_now
from telemetry.models import Standing
from telemetry.pages import overview as overview_module
from telemetry.pages.grid import Asked, Overview
from telemetry.pages.overview import latest_look, look
from telemetry.subjects import label
from tests.conftest import signed_in
from tests.releases.samples import publish
from tests.telemetry.samples import HOUR, MINUTE, NOW, observation, told

WORST = ["critical", "warning", "unknown"]
NOW_URL = "/admin/telemetry/standing/now/"


def overview() -> Overview:
    """As everybody sees it first."""
    return Overview(latest_look(), Asked())


def test_the_grid_counts_people_by_state_and_knows_the_newest_value(critical):
    found = overview()
    cell = next(row for row in found.rows if row.definition.name == "hrv_rmssd").cells[0]
    assert cell is not None
    assert [(one.kind, one.count) for one in cell.counts] == [("critical", 1), ("normal", 1)]
    assert (cell.agent, cell.worst, cell.people, cell.last) == ("NEUROS", "critical", 2, NOW - HOUR)
    assert (found.look.people, found.release) == (2, 1)


def test_what_is_watched_and_has_no_value_is_there_too(critical):
    rows = {row.definition.name: row.cells[0] for row in overview().rows}
    assert "hrv_free" not in rows  # nobody watches it
    empty = rows["ln_rmssd"]
    assert empty is not None
    assert (empty.counts, empty.is_on) == ((), True)


def test_who_is_critical_comes_first_with_the_reason_and_the_actions(critical):
    (one,) = overview().look.attention
    assert (one.word, one.person) == ("critical", label("u-1"))
    (why,) = one.reasons
    assert (why.kind, why.reason) == ("critical", "18 ms is below 25 ms")
    assert [action.name for action in why.actions] == ["reduce_training_intensity", "trigger_somnos_review"]
    assert [one.agent for one in why.hand_offs] == ["SOMNOS"]


def test_the_first_page_says_whom_the_agent_asks(critical, client):
    page = " ".join(client.get(NOW_URL).text.split())
    assert "reduce training intensity, then trigger somnos review; it asks SOMNOS for help" in page


def test_pages_call_an_action_as_the_catalogue_in_force_does(critical, client):
    ActionKind.objects.create(name="reduce_training_intensity", title="Train less", reversible=True)
    publish()
    contracts_now.forget()
    binding = f"/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/{critical.subject_id}/"
    for path in (NOW_URL, binding):
        page = client.get(path).text
        assert "Train less" in page
        assert "reduce training intensity" not in page


def test_the_newest_of_a_severity_comes_first_and_the_rest_is_counted(critical):
    told(*[observation(10, NOW, user_id=f"x-{number}") for number in range(14)])
    found = overview()
    assert len(found.look.attention) == 6
    assert found.more == 9
    assert {one.worst.since for one in found.look.attention} == {NOW}


def test_a_person_is_named_once_with_the_worst_reasons_first(critical, monkeypatch, client):
    monkeypatch.setattr("telemetry.pages.attention.REASONS_AT_MOST", 1)
    told(
        observation(28, NOW, kpi="hrv_guarded", context={"is_resting": True}),
        observation(22, NOW, user_id="u-3"),
    )
    told(
        observation(10, NOW, kpi="hrv_patient"),
        observation(10, NOW + 15 * MINUTE, kpi="hrv_patient"),
        now=NOW + HOUR,
    )
    found = overview()
    assert [one.person for one in found.look.attention].count(label("u-1")) == 1
    first = next(one for one in found.look.attention if one.person == label("u-1"))
    assert len(first.reasons) > 1
    assert [one.kind for one in first.reasons] == sorted((one.kind for one in first.reasons), key=WORST.index)
    assert first.more == len(first.reasons) - 1
    assert found.more == 0
    page = client.get(NOW_URL).text
    assert page.count(f"<code>{label('u-1')}</code>") == 1
    assert "and 1 more reason<" in page


def test_what_a_guard_leaves_aside_needs_no_look_and_silence_does(critical):
    told(observation(10, NOW, kpi="hrv_guarded", user_id="u-4", context={"is_resting": False}))
    found = overview()
    assert label("u-4") not in [one.person for one in found.look.attention]
    unknown = next(one.count for one in found.look.counts if one.kind == "unknown")
    assert (unknown, found.look.needing) == (1, 1)
    Standing.objects.filter(subject__user_id="u-4").update(skipped="")
    overview_module._held.look = None
    found = overview()
    assert label("u-4") in [one.person for one in found.look.attention]
    assert found.look.needing == 2


@pytest.mark.parametrize("people", [3, 30])
def test_few_and_many_people_need_the_same_queries(contract, people, django_assert_num_queries):
    told(*[observation(10 + number, NOW, user_id=f"x-{number}") for number in range(people)])
    released = contracts_now.current()
    with django_assert_num_queries(4):  # the grid, whom to look at and why, how many people
        look(released)


def test_a_slow_look_is_used_again(critical, monkeypatch):
    times = iter([0.0, 10.0, 11.0, 500.0, 510.0])
    monkeypatch.setattr("telemetry.pages.overview.monotonic", lambda: next(times))
    monkeypatch.setattr("telemetry.pages.overview.HELD", 20)
    first = latest_look()
    assert latest_look() is first
    assert latest_look() is not first


def test_the_first_page_shows_it_and_calls_people_by_pseudonyms(critical, client):
    page = client.get("/admin/").text
    assert "18 ms is below 25 ms" in page
    assert label("u-1") in page
    assert "u-1" not in page
    assert "reduce training intensity" in page


def test_it_calls_people_as_agents_do_where_that_is_wanted(critical, client, settings):
    settings.SUBJECT_LABEL = "plain"
    assert "<code>u-1</code>" in client.get("/admin/").text


def test_without_names_people_have_numbers(critical, client, settings):
    settings.SUBJECT_LABEL = "off"
    assert f"<code>person {critical.subject_id}</code>" in client.get("/admin/").text


def test_what_goes_on_by_itself_is_sent_only_when_it_changed(critical, client):
    first = client.get(NOW_URL)
    assert first.status_code == 200
    again = client.get(NOW_URL, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    told(observation(70, NOW))
    other = client.get(NOW_URL, headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200
    assert "all clear" in other.text


def test_it_says_how_to_begin(contract, client):
    assert "POST /api/v1/observations" in client.get("/admin/").text


def test_nothing_of_it_is_shown_to_who_may_not_see_it(critical, viewer):
    client = signed_in(viewer)
    assert "18 ms" not in client.get("/admin/").text
    assert client.get(NOW_URL).status_code == 403
