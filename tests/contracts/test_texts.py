"""Characters that no text may hold, wherever they are."""

import json

import pytest

from contracts.texts import all_fit, unfit_character, walk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain – ü 心 é\n\tmore", ""),
        ("\u200f\u0627", ""),  # a mark that right-to-left writing needs
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\x00b", "U+0000"),
        ("\ud800", "U+D800"),
    ],
)
def test_the_first_unfit_character_is_named(text, expected):
    assert unfit_character(text) == expected


def test_texts_are_found_at_any_depth_keys_too():
    found = set(walk({"a": ["x", {"b": "y"}], "c": 1}))
    assert found == {((), "a"), ((), "c"), (("a", 0), "x"), (("a", 1), "b"), (("a", 1, "b"), "y")}


@pytest.mark.parametrize("text", ["hrv – ü 心", "a\nb", 'a "b" \\ c', "{}"])
def test_json_of_fit_texts_is_told_at_one_look(text):
    assert all_fit(json.dumps({"x": text}, ensure_ascii=False))


@pytest.mark.parametrize(
    "text", ["\x00", "\x07", "\x08", "\x0c", "\x1b", "\x7f", "\u202e", "\ufffe", "a\\u0041"]
)
def test_json_of_others_takes_a_closer_look(text):
    assert not all_fit(json.dumps({"x": text}, ensure_ascii=False))
