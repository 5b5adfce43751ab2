"""Finding a person, and everything that is watched of them on one page."""

import pytest
from django.contrib.auth.models import Permission, User
from django.http import QueryDict

from bindings.models import Agent
from telemetry import contracts_now
from telemetry.models import Standing, Subject
from telemetry.pages.span import span_of
from telemetry.subjects import label, pseudonym
from tests.conftest import signed_in
from tests.telemetry.samples import HOUR, MINUTE, NOW, observation, told

FIND = "/admin/telemetry/standing/find/"
LABELS = ("plain", "pseudonym", "off")


def whole(subject: int) -> str:
    return f"/admin/telemetry/standing/person/{subject}/"


def find(client, name):
    return client.post(FIND, {"name": name})


@pytest.fixture
def finder(looker):
    """May also find people by the id that agents send."""
    looker.user_permissions.add(Permission.objects.get(codename="find_subject"))
    return signed_in(looker)


def test_a_person_is_found_by_what_the_pages_and_metrics_call_them(critical, client):
    for name in (label("u-1"), label("u-1").upper(), f" {label('u-1')} "):
        answer = find(client, name)
        assert (answer.status_code, answer["Location"]) == (302, whole(critical.subject_id))


def test_who_may_not_know_whose_an_id_is_does_not_find_out(critical, client):
    assert pseudonym("u-1") == label("u-1")
    unknown, known = find(client, "u-9"), find(client, "u-1")
    assert unknown.status_code == known.status_code == 422
    assert "Nobody has that name or id. Enter the sixteen letters and digits" in known.text
    assert known.text.replace("u-1", "u-9").count("Nobody") == unknown.text.count("Nobody") == 1


def test_who_may_finds_by_the_id(critical, finder):
    assert find(finder, "u-1")["Location"] == whole(critical.subject_id)
    assert "or the id that agents send" in find(finder, "u-9").text


@pytest.mark.parametrize(
    ("shown", "name"), [("plain", "u-1"), ("off", "person {}"), ("off", "{}"), ("off", "person  {}")]
)
def test_a_person_is_found_however_people_are_called(critical, client, settings, shown, name):
    settings.SUBJECT_LABEL = shown
    called = name.format(critical.subject_id)
    assert find(client, called)["Location"] == whole(critical.subject_id)


@pytest.mark.parametrize("shown", LABELS)
@pytest.mark.parametrize(
    "name", ["", " ", "\x00", "\ud800".encode("utf-8", "surrogatepass"), "x" * 121, "0" * 16, "9" * 30, "'"]
)
def test_nobody_is_found_by_what_nobody_is_called(critical, client, settings, shown, name):
    settings.SUBJECT_LABEL = shown
    answer = find(client, name)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.text


def test_everything_of_a_person_is_on_one_page(critical, client):
    told(
        observation(60, NOW - HOUR, kpi="hrv_patient"),
        observation(15, NOW - MINUTE, user_id="u-2"),
    )
    page = client.get(whole(critical.subject_id)).text
    assert label("u-1") in page
    assert "u-1" not in page
    assert label("u-2") not in page
    assert "watched by NEUROS" in page
    assert page.count('<svg class="strip wide"') == 2
    assert "18 ms is below 25 ms" in page
    assert "s-critical" in page
    for kpi in ("hrv_rmssd", "hrv_patient"):
        assert f"/binding/NEUROS/{kpi}/{critical.subject_id}/" in page


def test_what_goes_on_by_itself_is_the_same_part(critical, client):
    page = client.get(whole(critical.subject_id) + "?days=7").text
    assert f'data-live="{whole(critical.subject_id)}now/?days=7&amp;p=1"' in page
    part = client.get(f"{whole(critical.subject_id)}now/?days=7&p=1")
    assert part.text.strip() in page
    assert "18 ms is below 25 ms" in part.text
    again = client.get(
        f"{whole(critical.subject_id)}now/?days=7&p=1", headers={"If-None-Match": part["ETag"]}
    )
    assert again.status_code == 304


def test_pages_of_changes_keep_how_far_back_one_looks(critical, client, monkeypatch):
    monkeypatch.setattr("telemetry.pages.person_page.PER_PAGE", 1)
    page = client.get(whole(critical.subject_id) + "?days=7").text
    assert 'href="?days=7&amp;p=2"' in page


@pytest.mark.parametrize("asked", ["days=7", "from=100&to=200"])
def test_a_stretch_of_time_can_be_asked_for_again(asked):
    found = span_of(QueryDict(asked), now=1000.0)
    assert span_of(QueryDict(found.query), now=1000.0) == found


def test_what_no_contract_watches_any_more_is_still_told(critical, client):
    Standing.objects.filter(pk=critical.pk).update(agent="GONE", kpi="gone")
    contracts_now.forget()
    page = client.get(whole(critical.subject_id)).text
    assert "no longer watched by any contract in force" in page


def test_somebody_of_whom_nothing_is_watched_has_a_page(critical, client):
    nobody = Subject.objects.create(user_id="u-3")
    page = client.get(whole(nobody.pk)).text
    assert "No agent watches anything that has been reported for this person." in page
    assert "The state has never changed." in page


def test_a_page_takes_as_many_queries_however_much_is_watched(
    critical, client, django_assert_max_num_queries
):
    client.get(whole(critical.subject_id))
    with django_assert_max_num_queries(9):
        client.get(whole(critical.subject_id))
    told(*(observation(60, NOW - HOUR, kpi=kpi) for kpi in ("hrv_patient", "hrv_guarded")))
    with django_assert_max_num_queries(9):
        client.get(whole(critical.subject_id))


def test_of_very_much_the_worst_is_shown(critical, client, monkeypatch):
    monkeypatch.setattr("telemetry.pages.person_page.SHOWN_AT_MOST", 1)
    told(*(observation(60, NOW - HOUR, kpi=kpi) for kpi in ("hrv_patient", "hrv_guarded")))
    page = client.get(whole(critical.subject_id)).text
    assert page.count('<svg class="strip wide"') == 1
    assert "18 ms is below 25 ms" in page
    assert "And 2 more" in page


def test_who_may_see_states_gets_there_from_the_agent_s_contract(critical, looker, admin_client):
    states = 'href="/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/"'
    page = f"/admin/bindings/agent/{Agent.objects.get(name='NEUROS').pk}/change/"
    assert states in admin_client.get(page).text
    looker.user_permissions.set(Permission.objects.filter(codename="view_agent"))
    assert states not in signed_in(looker).get(page).text
    looker.user_permissions.add(Permission.objects.get(codename="view_standing"))
    assert states in signed_in(looker).get(page).text


def test_nobody_else_may_look(critical, client, admin_client):
    for address in (whole(0), whole(0) + "now/"):
        assert client.get(address).status_code == 404
    other = signed_in(User.objects.create_user("other", is_staff=True))
    for address in (FIND, whole(critical.subject_id), whole(critical.subject_id) + "now/"):
        assert other.get(address).status_code == 403
        assert admin_client.get(address).status_code == 200
