"""What people are called; it is kept beside each reference to an account, and stays when the account goes."""

from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

LONGEST_NAME: Final = 310
"""First name, last name and the space between, as Django's accounts have room for."""


def name_of(person: AbstractBaseUser | AnonymousUser | None) -> str:
    """The full name, else the user name; "" for nobody in particular."""
    return (
        ((person.get_full_name() if isinstance(person, User) else "") or person.get_username())
        if person
        else ""
    )
