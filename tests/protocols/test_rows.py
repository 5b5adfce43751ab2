"""Rows in bulk are what Django would have stored, on both databases."""

import pytest
from django.db import DataError
from django.forms.models import model_to_dict

from protocols.models import ProtocolRun, Step
from protocols.services.rows import insert, insert_with_parts, made, select, update
from protocols.services.steps import REVIEW
from telemetry.storage import store
from tests.protocols.samples import opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
TEXTS = [
    "",
    "plain",
    'a "quote", a comma',
    "back\\slash",
    "{braces}",
    "NULL",
    "two\nlines",
    "é 健康 🫀",
    "100 %s",
]


def step(run, number, **parts):
    return made(
        Step,
        run_id=run.pk,
        number=number,
        kind="action",
        name=REVIEW,
        severity=2,
        release=1,
        added=0,
        **parts,
    )


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back(text):
    run = opened(18)
    row = step(run, 100, description=text, note=text, evidence={"said": text, "empty": {}, "n": [1, None]})
    insert(store(), [row])
    found = Step.objects.get(pk=row.pk)
    assert (found.description, found.note, found.evidence) == (text, text, row.evidence)
    assert model_to_dict(select(store(), Step, "id", [row.pk])[0]) == model_to_dict(found)


def test_a_column_that_only_some_have_is_blank_in_the_others():
    run = opened(18)
    rows = [step(run, 100), step(run, 101, deadline=5, declared=False, note="x"), step(run, 102)]
    insert(store(), rows)
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    found = list(Step.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
    told = [(one.number, one.deadline, one.declared, one.note, one.evidence) for one in found]
    assert told == [(100, None, True, "", {}), (101, 5, False, "x", {}), (102, None, True, "", {})]


def test_rows_have_no_object_in_common():
    run = opened(18)
    first, second = step(run, 100), step(run, 101)
    first.evidence["seen"] = True
    assert second.evidence == step(run, 102).evidence == {}


@pytest.mark.parametrize("text", TEXTS)
def test_a_change_of_some_rows_leaves_the_others(text):
    run = opened(18)
    rows = [step(run, 100), step(run, 101)]
    insert(store(), rows)
    rows[0].note, rows[0].state, rows[0].finished = text, "done", 7
    update(store(), rows[:1], ["state", "finished", "note"])
    found = Step.objects.in_bulk([row.pk for row in rows])
    assert [(one.state, one.finished, one.note) for one in found.values()] == [
        ("done", 7, text),
        ("pending", None, ""),
    ]


@pytest.mark.postgres
def test_what_is_too_long_is_refused_not_cut_off():
    run = opened(18)
    with pytest.raises(DataError):
        insert(store(), [step(run, 100, description="x" * 5000)])


@pytest.mark.parametrize("count", [0, 1, 40])
def test_rows_and_their_parts_are_stored_together_and_belong_to_each_other(count):
    person = opened(18).subject_id
    runs = [
        made(
            ProtocolRun, agent=f"AGENT-{place}", kpi="k", subject_id=person, severity=1, release=1, opened=0, recorded=0
        )
        for place in range(count)
    ]  # fmt: skip
    parts = [
        (place, made(Step, number=number, name=f"{place}-{number}", severity=1, release=1, added=0))
        for place in range(count)
        for number in range(1, place % 4 + 1)
    ]
    insert_with_parts(store(), runs, parts, "run_id")
    ids, own_ids = [run.pk for run in runs], [part.pk for _, part in parts]
    assert ids == sorted(set(ids))
    assert own_ids == sorted(set(own_ids))
    stored = Step.objects.filter(run__in=ids).order_by("pk").values_list("pk", "run__agent", "name")
    assert list(stored) == [(part.pk, f"AGENT-{place}", part.name) for place, part in parts]
    assert [part.run_id for _, part in parts] == [ids[place] for place, _ in parts]


def test_what_goes_along_with_a_change_is_done_and_told():
    run = opened(18)
    run.due = 7
    told = update(
        store(),
        [run],
        ["due"],
        ("UPDATE protocols_step SET note = %s WHERE run_id = %s RETURNING number", ["x", run.pk]),
    )
    assert ProtocolRun.objects.get(pk=run.pk).due == 7
    assert sorted(told) == [(1,), (2,), (3,), (4,)] == list(run.steps.filter(note="x").values_list("number"))


def test_what_goes_along_is_done_where_nothing_changes():
    run = opened(18)
    assert update(store(), [], ["due"], ("SELECT %s", [run.pk])) == [(run.pk,)]
