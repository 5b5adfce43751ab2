"""Values in bodies about runs, each read strictly."""

from __future__ import annotations

from typing import Any, Final

import orjson
from rest_framework import serializers

from contracts.limits import BINDING_LIMITS, RUN_LIMITS
from contracts.naming import is_name
from contracts.texts import unfit_character, walk
from rest.bodies import Line, Truth, Word
from telemetry.parsing import Refused, micros_of

EVIDENCE_BYTES: Final = RUN_LIMITS["bytes of evidence of one step, as JSON"]
"""Of evidence as compact JSON."""
EVIDENCE_DEPTH: Final = RUN_LIMITS["levels of evidence"]
"""Levels of evidence, its own among them."""
LARGEST_WHOLE: Final = 2**53 - 1
"""Whole numbers that every reader of JSON has exactly: https://www.rfc-editor.org/rfc/rfc8259#section-6."""


class Prose(Line):
    """A text of several lines."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text without blanks around it."""
        if data is serializers.empty:
            return self.fail("missing_key") if self.required else self.default
        if not isinstance(data, str):
            self.fail("text_expected")
        text = data.strip()
        if self.required and not text:
            self.fail("missing_key")
        if len(text) > (self.max_length or 0):
            self.fail("too_long", limit=self.max_length)
        if character := unfit_character(text):
            self.fail("invalid_text", character=character)
        return text


class OptionalWord(Word):
    """One of a few words; "" where it is left out."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, required=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The word."""
        return "" if data is serializers.empty else super().run_validation(data)


class Answer(Truth):
    """Yes or no, which has to be said."""

    default_error_messages = {"missing_key": "This is missing."}  # noqa: RUF012

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The truth value."""
        return self.fail("missing_key") if data is serializers.empty else super().run_validation(data)


class ActionName(Line):
    """An action's name, as contracts have them; "" where it is left out."""

    default_error_messages = {  # noqa: RUF012 - Django REST framework's own way to say it
        "action_name": "An action is named by small letters a to z, digits and underscores.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(BINDING_LIMITS["action"], **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The name."""
        name = super().run_validation(data)
        if name and not is_name(name):
            self.fail("action_name")
        return name


class Moment(serializers.DateTimeField):
    """A time with its zone, in microseconds; None where it is left out, which is now."""

    default_error_messages = {  # noqa: RUF012 - Django REST framework's own way to say it
        "invalid_time": "This is no time that there is. Write it as 2026-11-24T07:30:00Z.",
        "timezone_required": "A time needs its zone. End it with Z for UTC, or with +01:00.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The microseconds since 1970."""
        if data is serializers.empty:
            return None
        if not isinstance(data, str):
            self.fail("invalid_time")
        try:
            return micros_of(data)
        except (Refused, OverflowError) as error:
            return self.fail(error.code if isinstance(error, Refused) else "invalid_time")


class Evidence(serializers.JSONField):
    """An object of JSON that proves what was done, small and plain; empty where it is left out."""

    default_error_messages = {  # noqa: RUF012 - Django REST framework's own way to say it
        "wrong_shape": "Evidence is an object.",
        "too_large": "Evidence is at most {limit} bytes of JSON.",
        "too_deep": "Evidence has at most {limit} levels.",
        "out_of_range": "A whole number is from -{limit} to {limit}.",
        "invalid_text": "Take out {character}: it cannot be kept.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The object."""
        if data is serializers.empty:
            return {}
        if not isinstance(data, dict):
            self.fail("wrong_shape")
        self._judge_values(data)
        for _, text in walk(data):
            if character := unfit_character(text):
                self.fail("invalid_text", character=character)
        if len(orjson.dumps(data)) > EVIDENCE_BYTES:
            self.fail("too_large", limit=EVIDENCE_BYTES)
        return data

    def _judge_values(self, data: dict[str, Any]) -> None:
        level: list[dict[str, Any] | list[Any]] = [data]
        depth = 0
        while level:
            depth += 1
            if depth > EVIDENCE_DEPTH:
                self.fail("too_deep", limit=EVIDENCE_DEPTH)
            values = [
                value for item in level for value in (item.values() if isinstance(item, dict) else item)
            ]
            if any(isinstance(value, int) and abs(value) > LARGEST_WHOLE for value in values):
                self.fail("out_of_range", limit=LARGEST_WHOLE)
            level = [value for value in values if isinstance(value, (dict, list))]
