"""One person is erased, everybody else stays, and the proof finds what is left."""

import json
import zlib
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from releases.models import ReleasePart
from telemetry import erasure
from telemetry.erasure import erase
from telemetry.models import Batch, Correction, Erasure, Observation, Series, Subject, Summary
from tests.bindings.api.conftest import bearer
from tests.bindings.samples import make_agent
from tests.conftest import signed_in
from tests.telemetry.samples import HOUR, NOW, observation, rows, told

WHO = "marked-person-7"
OTHER = "marked-person-77"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def measured(contract):
    """Two people whose ids begin alike, each with a history, a correction, states and summaries."""
    for user in (WHO, OTHER):
        told(observation(18, NOW - HOUR, user_id=user), observation(50, user_id=user, context={"who": user}))
        told(observation(19, NOW - HOUR, user_id=user))
        series = Series.objects.get(subject__user_id=user)
        Summary.objects.create(series=series, at=1, first=1, last=1, low=1, high=1, count=1)


def test_everything_of_one_person_goes_and_of_others_nothing(measured):
    before = rows()
    done = erase(WHO)
    after = rows()
    batches = before.pop("Batch"), after.pop("Batch")
    assert batches[0] == batches[1]
    assert {name: count * 2 for name, count in after.items()} == before
    assert done.deleted == {
        "observations": 2, "summaries": 1, "corrections": 1, "series": 1, "standings": 1, "transitions": 3, "people": 1,
        "protocol_runs": 1, "protocol_steps": 3,
    }  # fmt: skip
    assert list(Subject.objects.values_list("user_id", flat=True)) == [OTHER]
    assert (Observation.objects.count(), Correction.objects.count(), Summary.objects.count()) == (2, 1, 1)


def test_the_proof_looks_everywhere_and_finds_nothing(measured, own_folder):
    (own_folder / "export.json").write_text(f'{{"user_id": "{OTHER}"}}')
    done = erase(WHO)
    assert done.left == []
    assert done.searched["tables"] > 30
    assert done.searched["columns"] > 100
    assert done.searched["answers"] == Batch.objects.count() > 0
    assert done.searched["files"] == 1


@pytest.mark.parametrize("place", ["database", "file", "answer", "release"])
def test_the_proof_says_where_an_id_is_left(measured, own_folder, place):
    if place == "database":
        User.objects.create_user("someone", first_name=f"({WHO})")
        expected = "auth_user.first_name"
    elif place == "file":
        (own_folder / "export.csv").write_text(f"who,value\n{WHO},18\n")
        expected = "export.csv"
    elif place == "release":
        ReleasePart.keep(f'[{{"title":"{WHO}"}}]')
        expected = "releases_releasepart.packed, inflated"
    else:
        Batch.objects.create(digest="d", agent="", at=0, answer=zlib.compress(WHO.encode()))
        expected = "telemetry_batch.answer, inflated"
    assert erase(WHO).left == [expected]


def test_a_context_of_somebody_else_that_names_the_person_is_found(measured):
    told(observation(51, NOW - 2 * HOUR, user_id=OTHER, context={"partner": WHO}))
    assert "telemetry_observation.context" in erase(WHO).left


@pytest.mark.parametrize("name", ['quote"d-Ünï-7', "back\\slash-7", "%_like-7"])
def test_ids_that_json_writes_otherwise_are_found_and_erased(contract, own_folder, name):
    told(observation(18, user_id=name))
    (own_folder / "kept.json").write_text(json.dumps({"user": name}))
    done = erase(name)
    assert done.left == ["kept.json"]
    assert not Subject.objects.exists()


def test_somebody_who_is_not_known_is_searched_for_all_the_same(contract):
    done = erase("nobody-at-all")
    assert (done.known, done.deleted, done.left) == (False, {}, [])


def test_whoever_is_reported_again_is_known_again(measured):
    erase(WHO)
    assert told(observation(20, user_id=WHO))["results"] == ["accepted"]
    assert list(Subject.objects.values_list("user_id", flat=True)) == [OTHER, WHO]


def test_a_retry_of_what_came_before_brings_nobody_back(measured):
    erase(WHO)
    assert told(observation(19, NOW - HOUR, user_id=WHO))["results"] == [
        "corrected"
    ]  # as it was answered then
    assert list(Subject.objects.values_list("user_id", flat=True)) == [OTHER]


def test_what_else_keeps_something_of_people_is_asked_and_looked_at(measured, monkeypatch):
    number = Subject.objects.get(user_id=WHO).pk
    also = erasure.Also(lambda subject: {f"notes of {subject}": 2}, lambda subject: [f"note {subject}"])
    monkeypatch.setattr(erasure, "ALSO", [also])
    done = erase(WHO)
    assert done.deleted[f"notes of {number}"] == 2
    assert done.left == [f"note {number}"]


def test_the_command_prints_the_proof_and_fails_where_something_is_left(measured, own_folder):
    out = StringIO()
    call_command("erase", WHO, stdout=out)
    assert "left: 0 rows, 0 files" in out.getvalue()
    assert WHO not in out.getvalue()
    (own_folder / "export.csv").write_text(OTHER)
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("erase", OTHER, "--format=json", "--by", "Request 12", stdout=out)
    assert stopped.value.code == 1
    assert json.loads(out.getvalue())["left"] == ["export.csv"]
    assert Erasure.objects.latest("pk").by == "Request 12"


def post(client: Client, body: object):
    return client.post("/api/v1/erasures", json.dumps(body), content_type="application/json")


def test_the_api_erases_with_a_token_of_its_own_scope(measured):
    answer = post(bearer("people:erase"), {"user_id": WHO})
    assert answer.status_code == 200
    assert (answer.json()["left"], answer.json()["known"]) == ([], True)
    assert not Subject.objects.filter(user_id=WHO).exists()


def test_nobody_else_may(measured, editor_client):
    agent = make_agent("KINETOS")
    for client in (
        bearer("observations:write", "registry:write"),
        bearer("people:erase", agent=agent),
        editor_client,
    ):
        assert post(client, {"user_id": WHO}).status_code == 403
    assert Subject.objects.filter(user_id=WHO).exists()


@pytest.mark.parametrize(
    "body", [{}, {"user_id": ""}, {"user_id": 7}, {"user_id": "x" * 121}, {"user": "x"}, []]
)
def test_the_api_says_what_is_wrong_with_a_body(contract, body):
    answer = post(bearer("people:erase"), body)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.fixture
def eraser(db) -> Client:
    person = User.objects.create_user("eraser", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=("add_erasure", "view_erasure")))
    return signed_in(person)


def test_the_page_asks_twice_and_shows_the_proof(measured, eraser):
    page = reverse("admin:telemetry_erasure_add")
    assert b"Erase a person" in eraser.get(page).content
    answer = eraser.post(page, {"user_id": WHO, "again": OTHER})
    assert answer.status_code == 422
    assert b"do not match" in answer.content
    answer = eraser.post(page, {"user_id": WHO, "again": WHO}, follow=True)
    assert b"Nothing is left of this person" in answer.content
    assert b"2 observations" in answer.content
    assert WHO.encode() + b"<" not in answer.content
    assert not Subject.objects.filter(user_id=WHO).exists()


def test_the_list_of_erasures_names_nobody(measured, eraser):
    erase(WHO, author_name="someone")
    content = eraser.get(reverse("admin:telemetry_erasure_changelist")).content.decode()
    assert "someone" in content
    assert WHO not in content


def test_who_may_not_erase_sees_no_page(measured, viewer_client):
    assert viewer_client.get(reverse("admin:telemetry_erasure_add")).status_code == 403
