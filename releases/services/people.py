"""Who says something: a person with an account that is in use, or nobody's word counts."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser

from kpis.services import Author
from releases.services.refusals import MoveRefused


def known_person(person: Author) -> AbstractBaseUser:
    """The person as the database knows them now. Raises MoveRefused, unknown_person."""
    found = get_user_model()._default_manager.filter(pk=person.pk, is_active=True) if person else None
    known = found.first() if found is not None else None
    if known is None:
        raise MoveRefused("unknown_person", "Only a person whose account is in use can say this.")
    return known
