"""Who is at the keyboard: a person of the admin, or nobody that it knows."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model

from contracts.findings import EXIT_USAGE
from contracts.loading import TreeError
from contracts.texts import unfit_character

NAME = "command line"


def add_person(parser: ArgumentParser) -> None:
    """The option that says who it is."""
    parser.add_argument(
        "--as",
        dest="person",
        metavar="USER",
        default="",
        help="The person who does this, by their name in the admin; kept with it.",
    )


def person_of(options: Mapping[str, Any]) -> tuple[Any, str]:
    """The person, or None, and the name to keep. Raises TreeError where there is no such person."""
    name = options["person"]
    if not name:
        return None, NAME
    model = get_user_model()
    rows = model.objects.filter(is_active=True)
    person = None if unfit_character(name) else rows.filter(**{model.USERNAME_FIELD: name}).first()
    if person is None:
        raise TreeError("There is no active person of this name.", EXIT_USAGE)
    return person, str(person.get_full_name() or person.get_username())
