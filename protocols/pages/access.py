"""Who may see runs, and with them the values that they are about."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

SEEING = "protocols.view_protocolrun"


def may_see(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody may see what agents did."""
    return user.has_perm(SEEING)  # type: ignore[union-attr]  # a custom user without permissions is no admin


def require(request: HttpRequest) -> None:
    """Raises PermissionDenied."""
    if not may_see(request.user):
        raise PermissionDenied
