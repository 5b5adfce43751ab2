"""The document, comparisons, verdicts and restoring, each by its address."""

import hashlib
import json

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from kpis.models import KPI, ValidationRule
from releases.models import Approval
from releases.services import working_copy
from tests.bindings.api.conftest import bearer, member
from tests.releases.api.conftest import edit, second
from tests.rest.calls import call, codes


def test_the_document_is_what_its_digest_is_of(publisher, first):
    answer = call(publisher, "GET", "releases/1/document/")
    assert hashlib.sha256(answer.content).hexdigest() == first.digest
    assert answer["ETag"] == f'"{first.digest}"'
    assert json.loads(answer.content)["format"] == 1


def test_who_has_the_document_gets_304(publisher, first):
    answer = call(publisher, "GET", "releases/1/document", if_none_match=f'"x", "{first.digest}"')
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == f'"{first.digest}"'
    assert answer["Cache-Control"] == "private, no-cache"


def test_two_releases_are_compared_in_words(publisher, first):
    second()
    told = call(publisher, "GET", "releases/1/diff/2/").json()
    assert (told["before"], told["after"]) == (1, 2)
    assert told["summary"]["breaking"] == 2
    assert "hrv_rmssd critical: < 20 → < 22 ms" in [change["words"] for change in told["changes"]]
    back = call(publisher, "GET", "releases/2/diff/1/").json()
    assert "hrv_rmssd critical: < 22 → < 20 ms" in [change["words"] for change in back["changes"]]
    assert call(publisher, "GET", "releases/2/diff/2/").json()["changes"] == []
    assert call(publisher, "GET", "releases/2/diff/3/").status_code == 404


def person(name: str) -> tuple[User, Client]:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name="publisher"))
    client = Client()
    client.force_login(user)
    return user, client


def say(client, verdict: str = "approved", note: str = ""):
    return call(client, "POST", "releases/2/approvals/", {"verdict": verdict, "note": note})


def test_someone_else_approves_and_the_channel_may_go(first, settings):
    settings.REQUIRE_APPROVAL = True
    _, author = person("author")
    _, other = person("other")
    edit()
    told = call(author, "POST", "releases/", {"message": "Lower", "accepted": "Known."}).json()
    assert told["moved"] is False
    tag = call(author, "GET", "channels/production/")["ETag"]
    move = {"release": 2}
    refused = call(author, "PUT", "channels/production/", move, if_match=tag)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")
    mine = say(author)
    assert (mine.status_code, mine.json()["code"]) == (409, "author_cannot_approve")
    assert say(other, note="Looks right").status_code == 201
    assert call(author, "PUT", "channels/production/", move, if_match=tag).json()["release"] == 2
    said = call(author, "GET", "releases/2/").json()["approvals"]
    assert [(row["person"], row["verdict"], row["note"]) for row in said] == [
        ("other", "approved", "Looks right")
    ]


def test_a_rejection_needs_a_note(first):
    second()
    _, other = person("other")
    answer = say(other, "rejected")
    assert (answer.status_code, codes(answer)) == (400, {"note_missing"})
    assert say(other, "rejected", "Too low").status_code == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_key"),
        ({"verdict": "aproved"}, "value_not_allowed"),
        ({"verdict": True}, "value_not_allowed"),
        ({"verdict": "approved", "note": "\u0000"}, "invalid_text"),
        ([], "wrong_shape"),
    ],
)
def test_a_verdict_that_is_none_is_refused(first, body, code):
    _, other = person("other")
    answer = call(other, "POST", "releases/1/approvals/", body)
    assert answer.status_code == 400
    assert codes(answer) == {code}
    assert not Approval.objects.exists()


def test_only_people_approve(first):
    token = bearer("releases:write", "registry:write", "registry:read")
    answer = call(token, "POST", "releases/1/approvals/", {"verdict": "approved"})
    assert answer.status_code == 403


def test_a_release_is_brought_back_exactly(first):
    writer = bearer("registry:write")
    edit()
    KPI.objects.filter(name="hrv_sdnn").delete()
    told = call(writer, "POST", "releases/1/restore/", {"change_reason": "A mistake"})
    assert told.status_code == 200, told.content
    assert (told.json()["created"], told.json()["changed"]) == (["hrv_sdnn"], ["hrv_rmssd"])
    assert working_copy().digest == first.digest


def test_a_dry_run_of_it_keeps_nothing(first):
    writer = bearer("registry:write")
    edit()
    before = working_copy().digest
    told = call(writer, "POST", "releases/1/restore/?dry_run=true")
    assert told.status_code == 200, told.content
    assert told.json()["changed"] == ["hrv_rmssd"]
    assert working_copy().digest == before


def test_who_may_not_change_the_registry_brings_nothing_back(first):
    edit()
    before = working_copy().digest
    for client in (bearer("releases:write", "registry:read"), member("viewer")):
        assert call(client, "POST", "releases/1/restore/", {}).status_code == 403
    assert working_copy().digest == before


def test_an_editor_brings_back_what_editors_write_and_nothing_else(first):
    editor = member("editor")
    edit()
    assert call(editor, "POST", "releases/1/restore/", {}).json()["changed"] == ["hrv_rmssd"]
    ValidationRule.objects.create(settings_id=1, field="owner", required=True)
    before = working_copy().digest
    for path in ("releases/1/restore/", "releases/1/restore/?dry_run=true"):
        refused = call(editor, "POST", path, {})
        assert refused.status_code == 403
        assert "would change registry settings, delete validation rules, which" in refused.json()["detail"]
    assert working_copy().digest == before
