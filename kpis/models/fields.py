"""Columns for what people write."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from contracts.texts import unfit_character, unfit_in_line


def printable(text: str) -> None:
    """Refuse characters that have no business in a text. Raises ValidationError, naming the first."""
    if character := unfit_character(text):
        raise ValidationError(f"Take out {character}: it cannot be kept.", code="invalid_text")


def one_line(text: str) -> None:
    """Refuse what has no business in a text of one line. Raises ValidationError, naming the first character."""
    printable(text)
    if character := unfit_in_line(text):
        message = f"Take out {character}: this is one line, in which only the plain space is a space."
        raise ValidationError(message, code="invalid_text")


class LineField(models.CharField[str, str]):
    """One line of text without control characters.

    With ``has_grammar``, what it may hold is for the language to say that it is written in.
    """

    default_validators = (one_line,)

    def __init__(self, *args: Any, has_grammar: bool = False, **options: Any) -> None:
        if has_grammar:  # not part of the column: no migration need know
            self.default_validators = (printable,)
        super().__init__(*args, **options)


class ProseField(models.TextField[str, str]):
    """Text of several lines without control characters; ``max_length`` holds beyond forms, too."""

    default_validators = (printable,)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))
