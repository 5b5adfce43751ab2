"""What is left of two releases tells as much about what they differ in as the whole of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from contracts.narrowing import narrowed
from contracts.release import EMPTY, ReleaseError, diff_releases, read_release
from releases.services.reaching import reach
from tests.contracts.releases import example_release

TEXT = example_release().canonical().decode()


def edited(edit: Callable[[dict[str, Any]], object]) -> str:
    """The example's text after an edit of its data."""
    data = json.loads(TEXT)
    edit(data)
    return read_release(json.dumps(data)).canonical().decode()


def kpi(data: dict[str, Any], place: int = 3) -> dict[str, Any]:
    found: dict[str, Any] = data["registry"]["kpis"][place]
    return found


def rows(data: dict[str, Any], agent: str = "NEUROS") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data["bindings"][agent]["kpis_used"]
    return found


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a title": lambda data: kpi(data).update(title="Another"),
    "a KPI gone": lambda data: data["registry"]["kpis"].pop(3),
    "KPIs in another order": lambda data: data["registry"]["kpis"].reverse(),
    "a setting": lambda data: data["registry"].update(last_updated="2030-01-01"),
    "what people are alerted as": lambda data: (
        data["registry"].setdefault("export_config", {}).update(prefix="x_")
    ),
    "a role": lambda data: rows(data)[0].update(role="supplementary"),
    "a binding gone": lambda data: rows(data).pop(1),
    "bindings in another order": lambda data: rows(data).reverse(),
    "one of each": lambda data: [kpi(data).update(title="Another"), rows(data).insert(0, rows(data).pop(1))],  # type: ignore[func-returns-value]
    "an agent without bindings": lambda data: data["bindings"].pop("NEUROS"),
    "an agent off": lambda data: data["roster"]["agents"]["NEUROS"].update(enabled=False),
    "agents in another order": lambda data: data["order"].reverse(),
    "a hand-off gone": lambda data: data["bindings"]["NEUROS"].pop("collaboration"),
    "nothing": lambda data: None,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_the_changes_and_whom_they_reach_are_those_of_the_whole(edit, turned):
    before, after = reversed((TEXT, edited(edit))) if turned else (TEXT, edited(edit))
    old, new = narrowed(before, after)
    whole = read_release(before), read_release(after)
    assert diff_releases(old, new) == diff_releases(*whole)
    changes = diff_releases(old, new)
    assert reach(changes, new, old) == reach(changes, whole[1], whole[0])


def test_what_does_not_differ_is_left_out():
    old, new = narrowed(TEXT, edited(EDITS["a role"]))
    assert [kpi.name for kpi in new.registry.kpis] == [rows(json.loads(TEXT))[0]["key"]]
    assert [(name, len(file.kpis_used)) for name, file in old.bindings.items()] == [("NEUROS", 1)]


def test_an_empty_text_is_an_empty_release():
    old, new = narrowed("", TEXT)
    assert (old, new) == (EMPTY, read_release(TEXT))


@pytest.mark.parametrize("text", ["[]", "{}", '{"format":9}', "[" * 100_000, '{"format":1,"registry":3}'])
def test_a_text_that_is_no_release_is_refused(text):
    with pytest.raises(ReleaseError):
        narrowed(text, TEXT)
