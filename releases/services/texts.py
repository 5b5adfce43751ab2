"""Who did something, and what they wrote about it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Model

from jobs.people import name_of
from releases.services.refusals import Refused

__all__ = ["as_line", "name_of"]


def as_line(text: str, model: type[Model], column: str, refusal: type[Refused]) -> str:
    """The text without spaces around it, if it fits the column. Raises ``refusal`` with code text_unfit."""
    line = " ".join(text.split())
    try:
        model._meta.get_field(column).run_validators(line)  # type: ignore[union-attr]  # columns have them
    except ValidationError as unfit:
        raise refusal("text_unfit", " ".join(unfit.messages)) from unfit
    return line
