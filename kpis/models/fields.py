"""Columns for what people write."""

from django.core.exceptions import ValidationError
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
    """Text of any length without control characters."""

    default_validators = (printable,)
