"""Columns for what people write."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from contracts.texts import unfit_character


def printable(text: str) -> None:
    """Refuse characters that have no business in a text. Raises ValidationError, naming the first."""
    if character := unfit_character(text):
        raise ValidationError(f"Take out {character}: it cannot be kept.", code="invalid_text")


class LineField(models.CharField[str, str]):
    """One line of text without control characters."""

    default_validators = (printable,)


class ProseField(models.TextField[str, str]):
    """Text of several lines without control characters; ``max_length`` holds beyond forms, too."""

    default_validators = (printable,)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))
