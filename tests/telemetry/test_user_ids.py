"""One definition of a user id: every door refuses the same, or takes the id as it is."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.urls import reverse

from telemetry.models import Observation, Series, Subject
from telemetry.storage import forget_all
from tests.bindings.api.conftest import bearer
from tests.conftest import signed_in
from tests.telemetry.samples import observation, told

pytestmark = [pytest.mark.door, pytest.mark.django_db]
REFUSED = {
    " u-1": "invalid_text", "u-1 ": "invalid_text", "u-1\n": "invalid_text", "u\t1": "invalid_text",
    "u\u200b1": "invalid_text",
    "\u202eu-1": "invalid_text", " ": "missing_key", "x" * 121: "too_long", "anna%40example.org": "raw_identifier",
    "004915123456789": "raw_identifier", "(212) 555-0123": "raw_identifier", "Anna Schmidt": "raw_identifier",
}  # fmt: skip
STORED = [" u-1", "u-1 ", "u-1\n", "\tu-1", "u\u200b1", "Anna Schmidt", "004915123456789"]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def client(contract):
    return bearer("observations:write", "people:erase")


@pytest.fixture
def page(contract):
    person = User.objects.create_user("eraser", is_staff=True)
    names = ("add_erasure", "view_erasure", "view_standing", "find_subject")
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    return signed_in(person)


def code_by_reporting(client, user):
    body = [observation(user_id=user) | {"agent": "NEUROS"}]
    answer = client.post("/api/v1/observations", json.dumps(body), content_type="application/json").json()
    return answer["results"][0]


def erased(client, user):
    return client.post("/api/v1/erasures", json.dumps({"user_id": user}), content_type="application/json")


@pytest.mark.parametrize(("user", "code"), REFUSED.items())
def test_reporting_erasing_and_finding_refuse_the_same(client, page, user, code):
    assert code_by_reporting(client, user) == code
    answer = erased(client, user)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    with pytest.raises(CommandError):
        call_command("erase", user, stdout=StringIO())
    answer = page.post(reverse("admin:telemetry_erasure_add"), {"user_id": user, "again": user})
    assert answer.status_code == 422
    assert "Nothing has been erased" in answer.content.decode()
    answer = page.post(reverse("admin:telemetry_standing_find"), {"name": user})
    assert answer.status_code == 422
    assert not Subject.objects.exists()


def stored_under(user):
    """As an earlier time took it in, beside the one that it could be taken for."""
    told(observation(user_id="u-1"), observation(user_id="other"))
    Subject.objects.filter(user_id="other").update(user_id=user)
    forget_all()


@pytest.mark.parametrize("user", STORED)
@pytest.mark.parametrize("door", ["api", "page", "command", "stdin"])
def test_what_an_earlier_time_stored_is_erased_to_the_byte(client, page, user, door, monkeypatch):
    stored_under(user)
    if door == "api":
        assert erased(client, user).json()["known"]
    elif door == "page":
        page.post(reverse("admin:telemetry_erasure_add"), {"user_id": user, "again": user})
    elif door == "stdin":
        monkeypatch.setattr("sys.stdin", StringIO(f"{user}\n"))
        call_command("erase", "-", stdout=StringIO())
    else:
        call_command("erase", user, stdout=StringIO())
    assert list(Subject.objects.values_list("user_id", flat=True)) == ["u-1"]
    assert Series.objects.count() == Observation.objects.count() == 1


@pytest.mark.parametrize("user", STORED)
def test_what_an_earlier_time_stored_is_found(page, user):
    stored_under(user)
    answer = page.post(reverse("admin:telemetry_standing_find"), {"name": user})
    assert answer.headers["Location"].endswith(f"{Subject.objects.get(user_id=user).pk}/")
