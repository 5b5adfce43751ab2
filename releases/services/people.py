"""Who says something: a person with an account that is in use, or nobody's word counts."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser

from kpis.services import Author
from releases.services.refusals import MoveRefused


def known_person(person: Author) -> AbstractBaseUser:
    """The person as the database knows them now. Raises MoveRefused, unknown_person."""
    pk = person.pk if person else None
    known = get_user_model()._default_manager.filter(pk=pk, is_active=True).first() if pk else None
    if known is None:
        raise MoveRefused("unknown_person", "Only a person whose account is in use can say this.")
    return known
