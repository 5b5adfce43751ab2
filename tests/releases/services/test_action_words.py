"""What an action is in plain words, as a release has it."""

from importlib import import_module

import pytest

from bindings.models import ActionKind
from contracts.action_words import ActionWords
from releases.models import Release
from releases.services import action_words, action_words_of
from tests.releases.samples import publish, released

pytestmark = pytest.mark.django_db
REST = ActionWords("Rest", "No training.", ("NEUROS",), True)


@pytest.fixture
def told(first) -> Release:
    ActionKind.objects.create(
        name="rest_today", title="Rest", description="No training.", agents=["NEUROS"], reversible=True
    )
    return publish().release


def test_each_release_says_what_was_meant_then(first, told):
    ActionKind.objects.update(title="Lie down", reversible=None)
    later = publish().release
    assert action_words(first.number) == {}
    assert action_words(told.number) == {"rest_today": REST}
    assert action_words(later.number) == {"rest_today": REST._replace(title="Lie down", reversible=None)}


def test_a_release_is_read_once(told, django_assert_num_queries):
    action_words(told.number)
    with django_assert_num_queries(1):
        assert action_words(told.number)


def test_of_many_releases_what_is_not_read_yet_is_read_once(told, django_assert_num_queries, monkeypatch):
    module = import_module("releases.services.action_words")  # the package has a function of this name
    monkeypatch.setattr(module, "_held", {})  # the same contract was read by other tests
    numbers = [told.number]
    for turn in range(4):
        ActionKind.objects.update(title=f"Rest {turn}")
        numbers.append(publish().release.number)
    with django_assert_num_queries(2 + len(numbers)):
        found = action_words_of([*numbers, 99])
    assert [found[number]["rest_today"].title for number in numbers] == [
        "Rest",
        *(f"Rest {n}" for n in range(4)),
    ]
    with django_assert_num_queries(1):
        assert action_words_of(numbers) == found


@pytest.mark.parametrize("number", [None, 0, -1, 99, 2**70])
def test_of_no_release_nothing_is_said(told, number):
    assert action_words(number) == {}


def test_who_changes_the_words_that_it_hands_out_is_stopped(told):
    with pytest.raises(TypeError):
        action_words(told.number)["more"] = REST  # type: ignore[index]  # that is what is tried


def test_agents_are_served_the_same_bytes_with_and_without_a_catalogue(first):
    before = first.as_document().bindings
    ActionKind.objects.create(name="rest_today", title="Rest")
    release = publish().release
    assert release.kind == "cosmetic"
    assert release.as_document().bindings == before
    assert released("< 25").as_document().actions == release.as_document().actions
