"""Bodies that ask for something to be done: each field takes its own kind of value and nothing that resembles it."""

import pytest

from rest.bodies import Body, Line, Truth, Whole, Word
from rest.handling import problem_of
from rest.problems import Problem


class Order(Body):
    """An order with one field of each kind."""

    name = Line(5, required=True)
    note = Line(5)
    number = Whole(1, 9, required=False)
    sure = Truth()
    word = Word(choices=("red", "green"), required=False)


def read(data) -> dict[str, object]:
    """What was read; the problem's errors where it was refused."""
    body = Order(data=data)
    try:
        body.is_valid(raise_exception=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a problem or the test fails
        problem = problem_of(error)
        assert isinstance(problem, Problem)
        return {item.as_data()["pointer"]: item.code for item in problem.errors}
    return dict(body.validated_data)


def test_what_fits_is_read_and_the_rest_goes_without_saying():
    assert read({"name": " a ", "word": "red"}) == {
        "name": "a",
        "note": "",
        "number": None,
        "sure": False,
        "word": "red",
    }
    assert read({"name": "a", "note": "b", "number": 9, "sure": True, "word": "green"})["number"] == 9


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "missing_key"),
        ("name", " ", "missing_key"),
        ("name", 1, "text_expected"),
        ("name", None, "text_expected"),
        ("name", "abcdef", "too_long"),
        ("name", "a\x00", "invalid_text"),
        ("name", "a\u2028b", "one_line"),
        ("note", ["a"], "text_expected"),
        ("note", False, "text_expected"),
        ("number", "1", "number_expected"),
        ("number", 1.0, "number_expected"),
        ("number", True, "number_expected"),
        ("number", None, "number_expected"),
        ("number", 0, "out_of_range"),
        ("number", 10**40, "out_of_range"),
        ("sure", "true", "truth_expected"),
        ("sure", 1, "truth_expected"),
        ("sure", None, "truth_expected"),
        ("word", "reed", "value_not_allowed"),
        ("word", {}, "value_not_allowed"),
        ("colour", "red", "unknown_field"),
    ],
)
def test_what_does_not_fit_is_named(field, value, code):
    assert read({"name": "a", "word": "red"} | {field: value}) == {f"/{field}": code}


def test_everything_wrong_is_told_at_once():
    found = read({"number": 0, "sure": 0, "word": "blue"})
    assert found == {
        "/name": "missing_key", "/number": "out_of_range", "/sure": "truth_expected", "/word": "value_not_allowed",
    }  # fmt: skip


@pytest.mark.parametrize("data", [[], "a", 1, None, True])
def test_a_body_is_an_object(data):
    assert set(read(data)) <= {""}
