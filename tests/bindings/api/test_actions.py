"""The catalogue of actions through the API."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bindings.models import ActionKind
from kpis.models import Revision
from tests.bindings.api.conftest import bearer, member
from tests.rest.calls import call, codes, seen

REST = {
    "name": "rest_today", "title": "Rest today", "description": "No training today.", "agents": ["NEUROS", "SOMNOS"],
    "reversible": True, "owner": "coach",
}  # fmt: skip


@pytest.fixture
def rest(writer):
    answer = call(writer, "POST", "actions/", REST)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == "/api/v1/actions/rest_today/"
    return ActionKind.objects.get()


def test_what_is_written_is_what_is_read(writer, rest):
    assert seen(writer, "actions/rest_today/")[0] == REST | {"extra": {}, "revision": 1}


def test_what_nobody_has_said_is_null(writer, agents):
    assert call(writer, "POST", "actions/", {"name": "wait"}).json()["reversible"] is None


def test_a_row_sent_back_as_it_was_read_changes_nothing(writer, rest):
    ActionKind.objects.update(extra={"x-cost": 3})
    row, tag = seen(writer, "actions/rest_today/")
    answer = call(writer, "PUT", "actions/rest_today/", row, if_match=tag)
    assert (answer.status_code, answer.json()) == (200, row)
    assert answer["ETag"] == tag
    assert ActionKind.objects.get().extra == {"x-cost": 3}


def test_a_part_is_changed_and_the_rest_stays(writer, rest):
    _, tag = seen(writer, "actions/rest_today/")
    answer = call(writer, "PATCH", "actions/rest_today/", {"reversible": None}, if_match=tag)
    assert (answer.json()["reversible"], answer.json()["title"]) == (None, "Rest today")


def test_a_dry_run_keeps_nothing(writer, rest):
    assert call(writer, "POST", "actions/?dry_run=true", {"name": "wait"}).status_code == 200
    assert ActionKind.objects.count() == 1


def test_who_changes_an_action_must_have_seen_it(writer, rest):
    _, tag = seen(writer, "actions/rest_today/")
    assert call(writer, "PATCH", "actions/rest_today/", {"title": "Lie down"}).status_code == 428
    assert (
        call(writer, "PATCH", "actions/rest_today/", {"title": "Lie down"}, if_match=tag).status_code == 200
    )
    assert call(writer, "PATCH", "actions/rest_today/", {"title": "Sleep"}, if_match=tag).status_code == 412
    assert call(writer, "DELETE", "actions/rest_today/", if_match=tag).status_code == 412


def kept() -> list[tuple[int, str, str, str]]:
    """What the history has, newest first."""
    rows = Revision.objects.filter(kind="action").order_by("-pk")
    return list(rows.values_list("number", "source", "reason", "author_name"))


def test_every_write_leaves_a_revision_with_who_and_why(agents):
    person = member("editor")
    call(person, "POST", "actions/", REST | {"change_reason": "New"})
    for method, change in (("PATCH", {"title": "Lie down", "change_reason": "Clearer"}), ("DELETE", None)):
        _, tag = seen(person, "actions/rest_today/")
        query = "?change_reason=Gone" if change is None else ""
        assert call(person, method, f"actions/rest_today/{query}", change, if_match=tag).status_code < 300
    who = kept()[0][3]
    assert kept() == [(3, "api", "Gone", who), (2, "api", "Clearer", who), (1, "api", "New", who)]
    assert who
    assert Revision.objects.latest("pk").document is None


def test_what_a_token_writes_names_the_token(writer, rest):
    ((number, source, reason, who),) = kept()
    assert (number, source, who) == (1, "api", "")
    assert reason.startswith("(by ")


def test_a_dry_run_and_what_is_refused_leave_none(writer, rest):
    _, tag = seen(writer, "actions/rest_today/")
    row, _ = seen(writer, "actions/rest_today/")
    call(writer, "PATCH", "actions/rest_today/?dry_run=true", {"title": "Other"}, if_match=tag)
    call(writer, "PATCH", "actions/rest_today/", {"name": "Rest"}, if_match=tag)
    call(writer, "PUT", "actions/rest_today/", row, if_match=tag)  # it says what is there
    assert len(kept()) == 1


def test_an_action_goes_and_bindings_keep_its_name(writer, rest):
    _, tag = seen(writer, "actions/rest_today/")
    assert call(writer, "DELETE", "actions/rest_today/", if_match=tag).status_code == 204
    assert not ActionKind.objects.exists()


BAD: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "capitals": ({"name": "Rest"}, "action_name", "/name"),
    "a path": ({"name": "../../etc/passwd"}, "action_name", "/name"),
    "full width": ({"name": "ｒest"}, "action_name", "/name"),
    "a zero-width joiner": ({"name": "rest\u200d_today"}, "action_name", "/name"),
    "no name": ({"title": "Rest"}, "missing_key", "/name"),
    "a title that is no text": ({"title": 3}, "text_expected", "/title"),
    "a tab": ({"title": "a\tb"}, "invalid_text", "/title"),
    "the direction turned": ({"description": "a\u202eb"}, "invalid_text", "/description"),
    "NUL": ({"description": "a\x00b"}, "invalid_text", "/description"),
    "half a surrogate pair": ({"owner": "\ud800"}, "invalid_text", None),
    "no list": ({"agents": "NEUROS"}, "wrong_shape", "/agents"),
    "an agent that is no text": ({"agents": [3]}, "text_expected", "/agents/0"),
    "a word for a truth": ({"reversible": "yes"}, "truth_expected", "/reversible"),
    "a number for a truth": ({"reversible": 1}, "truth_expected", "/reversible"),
    "an unknown field": ({"reversable": True}, "unknown_field", "/reversable"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_kept_is_refused_at_its_place(writer, agents, case):
    change, code, pointer = BAD[case]
    body = {key: value for key, value in (REST | change).items() if case != "no name" or key != "name"}
    answer = call(writer, "POST", "actions/", body)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert not pointer or pointer in {error.get("pointer") for error in errors}, errors
    assert not pointer or code in codes(answer), codes(answer)
    assert not ActionKind.objects.exists()


def test_a_name_is_given_once(writer, rest):
    answer = call(writer, "POST", "actions/", {"name": "rest_today"})
    assert answer.status_code in (400, 409)
    assert ActionKind.objects.count() == 1


def test_an_agent_that_is_on_no_roster_is_told_of_and_not_refused(writer, agents):
    assert call(writer, "POST", "actions/", REST | {"agents": ["GONE"]}).status_code == 201


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("owner=coach", 1),
        ("reversible=true", 1),
        ("reversible=false", 0),
        ("search=training", 1),
        ("ordering=-name", 2),
    ],
)
def test_actions_are_found_by_what_they_are(writer, rest, query, found):
    ActionKind.objects.create(name="wait")
    assert len(call(writer, "GET", f"actions/?{query}").json()["results"]) == found


@pytest.mark.parametrize("query", ["ordering=password", "owner__startswith=c", "name=%00"])
def test_nobody_asks_for_what_is_not_offered(writer, rest, query):
    assert call(writer, "GET", f"actions/?{query}").status_code == 400


def test_an_agent_reads_the_catalogue_and_does_not_write_it(agents, rest):
    agent = bearer("bindings:read", "registry:write", agent=agents["NEUROS"])
    assert call(agent, "GET", "actions/rest_today/").status_code == 200
    assert call(agent, "POST", "actions/", {"name": "wait"}).status_code == 403


def test_who_may_only_look_changes_nothing(agents):
    assert call(member("viewer"), "GET", "actions/").status_code == 200
    assert call(member("editor"), "POST", "actions/", {"name": "wait"}).status_code == 201


@pytest.mark.django_db
def test_the_database_itself_refuses_a_name_that_is_none():
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionKind.objects.create(name="Rest today")
