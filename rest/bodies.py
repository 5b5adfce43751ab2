"""Bodies that ask for something to be done: every field is read strictly, and one that is not there is refused."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from contracts.texts import unfit_character, unfit_in_line
from rest.parameters import meant
from rest.problems import Invalid, bad_body
from rest.serializers import unknown_fields


class Body(serializers.Serializer[Any]):
    """An order, not a row: nothing of it is shown again."""

    def to_internal_value(self, data: Any) -> Any:
        """The fields' values. Raises Invalid, naming each place."""
        if not isinstance(data, dict):
            raise bad_body("wrong_shape", "The body should be an object.")
        if unknown := list(unknown_fields(self, data)):
            raise Invalid(unknown)
        return super().to_internal_value(data)

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """What a request's body says; an absent one says nothing. Raises Problem."""
        body = cls(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


class Line(serializers.CharField):
    """A text in one line; never a number that looks like one."""

    default_error_messages = {  # noqa: RUF012 - Django REST framework's own way to say it
        "text_expected": "This should be text.",
        "missing_key": "This is missing.",
        "too_long": "This has at most {limit} characters.",
        "invalid_text": "Take out {character}: it cannot be kept.",
        "one_line": "This should be one line.",
    }

    def __init__(self, limit: int, **options: Any) -> None:
        if not options.get("required"):
            options.setdefault("default", "")
        super().__init__(max_length=limit, allow_blank=not options.get("required"), **options)
        self.validators = []  # the limit is judged below, in our own words

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text without blanks around it."""
        if data is serializers.empty and self.required:
            self.fail("missing_key")
        if data is serializers.empty:
            return self.default
        if not isinstance(data, str):
            self.fail("text_expected")
        text = data.strip()
        if self.required and not text:
            self.fail("missing_key")
        if len(text) > (self.max_length or 0):
            self.fail("too_long", limit=self.max_length)
        if character := unfit_character(text):
            self.fail("invalid_text", character=character)
        if len(text.splitlines()) > 1:
            self.fail("one_line")
        if character := unfit_in_line(text):
            self.fail("invalid_text", character=character)
        return text


class Whole(serializers.IntegerField):
    """A whole number; never a text or a truth value that could be taken for one."""

    default_error_messages = {  # noqa: RUF012 - Django REST framework's own way to say it
        "number_expected": "This should be a whole number.",
        "missing_key": "This is missing.",
        "out_of_range": "This should be from {low} to {high}.",
    }

    def __init__(self, low: int, high: int, **options: Any) -> None:
        super().__init__(min_value=low, max_value=high, **options)
        self.validators = []

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The number."""
        if data is serializers.empty and self.required:
            self.fail("missing_key")
        if data is serializers.empty or (data is None and self.allow_null):
            return None
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("number_expected")
        if not self.min_value <= data <= self.max_value:  # type: ignore[operator]  # both are given
            self.fail("out_of_range", low=self.min_value, high=self.max_value)
        return data


class Truth(serializers.BooleanField):
    """True or false, and nothing that could be taken for them; false where it is not given."""

    default_error_messages = {"truth_expected": "This should be true or false."}  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        super().__init__(default=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The truth value."""
        if data is serializers.empty:
            return False
        if not isinstance(data, bool):
            self.fail("truth_expected")
        return data


class Word(serializers.ChoiceField):
    """One of a few words."""

    default_error_messages = {  # noqa: RUF012 - Django REST framework's own way to say it
        "missing_key": "This is missing.",
        "value_not_allowed": "This is none of the words that may stand here. {hint}",
    }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The word."""
        if data is serializers.empty:
            self.fail("missing_key")
        if not isinstance(data, str) or data not in self.choices:
            self.fail("value_not_allowed", hint=meant(str(data), map(str, self.choices)))
        return data
