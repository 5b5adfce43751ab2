"""What changed in the catalogue of actions, in words; none of it matters to an agent."""

import pytest

from contracts.diff import ChangeClass
from contracts.diffactions import diff_actions, diff_versions
from contracts.documents import NO_ACTIONS, ActionKindDocument, ActionsDocument

REST = {"title": "Rest", "agents": ["NEUROS"], "reversible": True}


def catalogue(**actions):
    return ActionsDocument.model_validate({"actions": actions})


def words(before, after):
    return [change.words for change in diff_actions(before, after)]


def test_the_same_is_no_change():
    assert words(catalogue(rest=REST), catalogue(rest=REST)) == []


def test_actions_come_and_go():
    before, after = catalogue(alerts=REST), catalogue(rest=REST)
    assert words(before, after) == [
        "The action alerts removed from the catalogue",
        "The action rest added to the catalogue",
    ]
    assert not any(change.is_about_alerts for change in diff_actions(before, after))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"title": "Lie down"}, "The action rest: title changed from Rest to “Lie down”"),
        ({"agents": ["NEUROS", "SOMNOS"]}, "The action rest agents: SOMNOS added"),
        ({"agents": []}, "The action rest agents: NEUROS removed"),
        ({"reversible": False}, "The action rest: cannot be undone (was: can be undone)"),
        ({"reversible": None}, "The action rest: nobody says whether it can be undone (was: can be undone)"),
        ({"owner": "me"}, "The action rest: owner set to me"),
        ({"x-cost": 3}, "The action rest: x-cost set to 3"),
    ],
)
def test_each_field_is_told(part, said):
    [change] = diff_actions(catalogue(rest=REST), catalogue(rest=REST | part))
    assert (change.words, change.kind) == (said, ChangeClass.COSMETIC)
    assert change.path[:2] == ("actions", "rest")


def test_the_file_s_own_values_are_told():
    after = ActionsDocument.model_validate({"version": "2", "actions": {}, "x-note": "a"})
    assert words(NO_ACTIONS, after) == [
        "catalogue of actions: version changed from 1.1 to 2",
        "catalogue of actions: x-note set to a",
    ]


def test_two_versions_of_one_action_tell_a_new_name_too():
    before, after = (ActionKindDocument.model_validate(REST | part) for part in ({}, {"title": "Lie down"}))
    told = [(one.subject, one.words) for one in diff_versions("rest", before, "lie_down", after)]
    assert told == [
        ("The action lie_down", "The action lie_down: name changed from rest to lie_down"),
        ("The action lie_down", "The action lie_down: title changed from Rest to “Lie down”"),
    ]
    assert diff_versions("rest", before, "rest", before) == []
