"""The catalogue of actions as a whole: who may change it, and what becomes of an agent's name in it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from bindings.action_catalogue import KIND_ACTION, as_kept, catalogue_document, rename_agent
from bindings.models import ActionCatalogue, ActionKind
from kpis.models import Revision

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("group", "verbs"),
    [
        ("viewer", {"view"}),
        *((name, {"view", "add", "change", "delete"}) for name in ("editor", "publisher")),
    ],
)
def test_who_may_do_something_with_agents_may_do_the_same_with_actions(group, verbs):
    names = Group.objects.get(name=group).permissions.values_list("codename", flat=True)
    assert {f"{verb}_actionkind" for verb in verbs} == {
        name for name in names if name.endswith("_actionkind")
    }


def test_actions_come_in_the_order_of_their_names_whatever_a_database_thinks_of_it():
    for name in ("rest_b", "resta", "rest", "rest_a"):
        ActionKind.objects.create(name=name)
    assert list(catalogue_document().actions) == ["rest", "rest_a", "rest_b", "resta"]


def test_without_actions_there_is_no_catalogue_unless_its_file_holds_something_else():
    assert catalogue_document().is_empty
    ActionCatalogue.objects.create(extra={"x-note": "kept"})
    assert not catalogue_document().is_empty


def test_an_agent_goes_by_its_new_name_once():
    ActionKind.objects.create(name="rest", agents=["OLD", "NEW", "OTHER"])
    ActionKind.objects.create(name="wait", agents=["OTHER"])
    rename_agent("OLD", "NEW", author=None, source="admin")
    assert [row.agents for row in ActionKind.objects.order_by("name")] == [["NEW", "OTHER"], ["OTHER"]]


@pytest.mark.parametrize("count", [2, 40])
def test_it_is_read_in_two_queries(count, django_assert_num_queries):
    ActionKind.objects.bulk_create(ActionKind(name=f"a_{n}") for n in range(count))
    with django_assert_num_queries(2):
        assert len(catalogue_document().actions) == count


def test_what_no_document_holds_is_renamed_as_well_and_stands_in_no_way():
    ActionKind.objects.create(name="odd", title="bell \x07", agents=["OLD"])
    rename_agent("OLD", "NEW", author=None, source="admin")
    assert ActionKind.objects.get().agents == ["NEW"]
    assert not Revision.objects.exists()


def test_the_history_of_what_was_there_before_begins_with_what_it_says():
    rows = [
        ActionKind.objects.create(
            name="rest", title="Rest", agents=["A"], reversible=False, extra={"x-cost": 3}
        ),
        ActionKind.objects.create(name="wait"),
    ]
    migration = import_module("bindings.migrations.0016_action_history")
    migration.begin(apps, connection.schema_editor())
    first = Revision.objects.filter(kind=KIND_ACTION, number=1).order_by("subject_id")
    assert [one.document for one in first] == [as_kept(row) for row in rows]
    assert set(ActionKind.objects.values_list("revision", flat=True)) == {1}
    migration.forget(apps, connection.schema_editor())
    assert not Revision.objects.exists()
