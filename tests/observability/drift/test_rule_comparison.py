"""What a difference between a release and what is loaded is called."""

import pytest

from observability.drift.candidates import Candidate, directory
from observability.drift.findings import Kind
from observability.drift.rule_comparison import compare_rules
from observability.drift.rules import groups_in

FILE = "prometheus/rules/a.yml"


def text(limit=5, **queries: str) -> str:
    rules = "".join(f"      - {{alert: {name}, expr: '{query}'}}\n" for name, query in queries.items())
    return f"groups:\n  - name: auren_a\n    limit: {limit}\n    rules:\n{rules or '      []'}"


def kinds(wanted: str, loaded: str, *candidates: Candidate, **more: str) -> dict[str, str]:
    there = [*groups_in({FILE: loaded}).values()]
    for name in more:
        there += groups_in({FILE: text(X="x").replace("auren_a", name)}).values()
    found = compare_rules(groups_in({FILE: wanted}), there, lambda: candidates)
    return {one.name: str(one.kind) for one in found}


def release(number: int, **queries: str) -> Candidate:
    return Candidate(f"release {number}", {FILE: text(**queries)})


NOW = {"A": "x > 2", "B": "y > 1", "C": "z > 1"}
EARLIER = release(1, A="x > 1", B="y > 1", C="z > 1")


def test_where_all_is_loaded_nothing_is_said_and_nobody_is_asked():
    def asked():
        raise AssertionError

    assert (
        compare_rules(groups_in({FILE: text(**NOW)}), [*groups_in({FILE: text(**NOW)}).values()], asked) == []
    )


@pytest.mark.parametrize(
    ("loaded", "kind"),
    [
        ({"A": "x > 1", "B": "y > 1", "C": "z > 1"}, {"A": Kind.NOT_LOADED}),
        ({"A": "x > 3", "B": "y > 1", "C": "z > 1"}, {"A": Kind.EDITED}),
        ({"B": "y > 1", "C": "z > 1"}, {"A": Kind.MISSING}),
        ({**NOW, "D": "x"}, {"D": Kind.EXTRA}),
        ({"A": "x > 1", "B": "y > 9", "C": "z > 1"}, {"A": Kind.NOT_LOADED, "B": Kind.EDITED}),
        ({}, dict.fromkeys(NOW, Kind.MISSING)),
    ],
)
def test_a_difference_is_what_it_comes_from(loaded, kind):
    assert kinds(text(**NOW), text(**loaded), EARLIER) == kind


def test_a_rule_that_the_loaded_release_did_not_have_is_not_loaded_yet():
    assert kinds(text(**NOW, D="new"), text(A="x > 1", B="y > 1", C="z > 1"), EARLIER) == {
        "A": Kind.NOT_LOADED,
        "D": Kind.NOT_LOADED,
    }


def test_a_rule_that_only_the_loaded_release_has_is_not_loaded_yet():
    earlier = release(1, **NOW, D="gone")
    assert kinds(text(**NOW), text(**NOW, D="gone"), earlier) == {"D": Kind.NOT_LOADED}
    assert kinds(text(**NOW), text(**NOW, D="other"), earlier) == {"D": Kind.EXTRA}


def test_what_is_missing_of_every_release_is_missing_whichever_is_loaded():
    assert kinds(text(**NOW), text(A="x > 1", B="y > 1"), EARLIER) == {
        "A": Kind.NOT_LOADED,
        "C": Kind.MISSING,
    }


def test_what_lies_in_the_directory_unedited_is_not_exported_yet():
    files = directory({FILE: text(A="x > 1", B="y > 1", C="z > 1")}, frozenset())
    assert kinds(text(**NOW), text(A="x > 1", B="y > 1", C="z > 1"), files, EARLIER) == {
        "A": Kind.NOT_EXPORTED
    }


def test_what_was_edited_in_the_directory_is_edited():
    files = directory({FILE: text(A="x > 7", B="y > 1", C="z > 1")}, frozenset([FILE]))
    there = [*groups_in({FILE: text(A="x > 7", B="y > 1", C="z > 1")}).values()]
    (found,) = compare_rules(groups_in({FILE: text(**NOW)}), there, lambda: [files])
    assert (found.kind, FILE in found.detail) == (Kind.EDITED, True)


def test_groups_of_others_are_nobodys_drift():
    assert kinds(text(**NOW), text(**NOW), auren_left="") == {"X": Kind.EXTRA}
    there = [*groups_in({FILE: text(**NOW)}).values()]
    theirs = groups_in({FILE: text(X="x").replace("auren_a", "disk")})["disk"]
    theirs.file = "/etc/prometheus/disk.yml"
    assert compare_rules(groups_in({FILE: text(**NOW)}), [*there, theirs], list) == []


def test_a_group_by_our_name_is_ours_whatever_its_file():
    left = groups_in({FILE: text(X="x").replace("auren_a", "auren_gone")})["auren_gone"]
    left.file = "/etc/prometheus/old.yml"
    found = compare_rules(
        groups_in({FILE: text(**NOW)}), [*groups_in({FILE: text(**NOW)}).values(), left], list
    )
    assert [(one.name, one.kind) for one in found] == [("X", Kind.EXTRA)]


def test_a_limit_is_compared_and_an_interval_where_the_file_has_one():
    assert kinds(text(**NOW), text(limit=9, **NOW)) == {"auren_a": Kind.EDITED}
    assert kinds(text(**NOW), text(limit=9, **NOW), Candidate("release 1", {FILE: text(limit=9, **NOW)})) == {
        "auren_a": Kind.NOT_LOADED
    }


def test_a_group_that_is_loaded_twice_is_extra():
    there = [*groups_in({FILE: text(**NOW)}).values(), *groups_in({FILE: text(A="x > 2")}).values()]
    found = compare_rules(groups_in({FILE: text(**NOW)}), there, list)
    assert [(one.name, one.kind) for one in found] == [("A", Kind.EXTRA)]


def test_rules_of_one_name_are_told_apart_by_what_they_say():
    two = text(A="x") + "      - {alert: A, expr: 'y'}\n"
    assert kinds(two, two.replace("expr: 'y'", "expr: 'z'")) == {"A": Kind.EDITED}
    assert kinds(two, two) == {}
