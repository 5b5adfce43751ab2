"""Who may see measurements, and what every page of them is given."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from telemetry.models import Standing

SEEING = "telemetry.view_standing"


def may_see(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody may see what was measured of people."""
    return user.has_perm(SEEING)  # type: ignore[union-attr]  # a custom user without permissions is no admin


def require(request: HttpRequest) -> None:
    """Raises PermissionDenied."""
    if not may_see(request.user):
        raise PermissionDenied


def page_context(site: AdminSite, request: HttpRequest, title: str) -> dict[str, Any]:
    """What every page is given."""
    return site.each_context(request) | {"title": title, "opts": Standing._meta}
