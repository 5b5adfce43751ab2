"""The buttons that add, move and take away rows, without a script."""

import pytest
from django.http import QueryDict

from bindings.admin.moves import moved
from tests.bindings.admin.conftest import agent_data
from tests.bindings.admin.test_page import ADD, change_url
from tests.kpis.conftest import make


def sent(**fields) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data[name.replace("__", "-")] = value
    return data


def test_a_new_binding_begins_with_the_kpis_thresholds_and_a_step(neuros, editor_client):
    other = make(name="other", title="Other", prometheus_metric="auren_other_ms")
    data = agent_data(neuros) | {"_do": "binding", "new_kpi": str(other.pk)}
    response = editor_client.post(change_url(neuros), data)
    card = response.context["sheet"].cards[1]
    assert (response.context["row"], card.key) == ("bindings-1", "other")
    assert [row["condition"].value() for row in card.inputs.triggers] == ["< 20", "< 30", "> 100"]
    assert len(card.inputs.actions) == 1
    assert "has no action" in " ".join(str(each.finding) for each in response.context["told"])
    assert neuros.bindings.count() == 1


def test_a_binding_can_be_added_to_an_agent_that_is_not_saved_yet(hrv, editor_client):
    response = editor_client.post(ADD, agent_data(name="") | {"_do": "binding", "new_kpi": str(hrv.pk)})
    assert response.context["sheet"].cards[0].key == "hrv_rmssd"
    assert "Nothing has been saved yet" not in response.text


def test_a_kpi_that_is_bound_is_not_added_twice(neuros, hrv, editor_client):
    response = editor_client.post(
        change_url(neuros), agent_data(neuros) | {"_do": "binding", "new_kpi": str(hrv.pk)}
    )
    assert (len(response.context["sheet"].cards), response.context["row"]) == (1, "bindings-0")


@pytest.mark.parametrize(
    ("order", "places"),
    [
        ("up:bindings-5", "1 0 2"),
        ("up:bindings-3", "0 1 2"),
        ("down:bindings-5", "0 2 1"),
        ("down:bindings-9", "0 1 2"),
    ],
)
def test_a_row_changes_places_with_its_neighbour(order, places):
    after, _ = moved(sent(bindings__3__place="0", bindings__5__place="1", bindings__9__place="2"), order)
    assert " ".join(str(after[f"bindings-{n}-place"]) for n in (3, 5, 9)) == places


def test_a_step_is_added_behind_the_last_and_taken_away_whole():
    data = sent(
        **{"bindings-0-place": "0", "bindings-0-actions-4-place": "0", "bindings-0-actions-4-name": "x"}
    )
    after, prefix = moved(data, "action:bindings-0")
    assert (prefix, after["bindings-0-actions-5-place"]) == ("bindings-0-actions-5", "1")
    assert set(moved(after, "remove:bindings-0-actions-4")[0]) == {
        "bindings-0-place",
        "bindings-0-actions-5-place",
    }
    assert not moved(after, "remove:bindings-0")[0]


def test_a_hand_off_is_added():
    after, prefix = moved(sent(handoffs__0__severity="warning"), "handoff")
    assert (prefix, after["handoffs-1-severity"]) == ("handoffs-1", "critical")


@pytest.mark.parametrize(
    "order", ["", "up:", "remove:name", "down:bindings-99", "binding", "x:bindings-0", "up:../.."]
)
def test_an_order_that_makes_no_sense_changes_nothing(order):
    data = sent(name="A", bindings__0__place="0", new_kpi="-1")
    assert moved(data, order)[0] == data


@pytest.mark.django_db
@pytest.mark.parametrize("pk", ["", "x", "1e9", "9" * 30, "999999"])
def test_a_kpi_that_is_none_adds_nothing(pk):
    data = sent(new_kpi=pk)
    assert moved(data, "binding") == (data, "")
