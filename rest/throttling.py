"""How often one token, and one address, may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from rest.permissions import Token

if TYPE_CHECKING:
    from rest_framework.views import APIView


class _Throttle(SimpleRateThrottle):
    def get_rate(self) -> str:
        """The rate in force, asked for anew each time."""
        rate: str = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][self.scope]
        return rate


class AddressThrottle(_Throttle):
    """By address, whoever asks: asked before anybody is recognised, so that guessing tokens is slow too."""

    scope = "address"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """The address; behind proxies, the one that the nearest of them saw."""
        return f"throttle-address-{self.get_ident(request)}"


class CallerThrottle(_Throttle):
    """By token, or by person where somebody is signed in."""

    scope = "token"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """The caller; nobody where none was recognised."""
        if isinstance(request.auth, Token):
            return f"throttle-token-{request.auth.pk}"  # type: ignore[attr-defined]  # a token is a row
        return f"throttle-user-{request.user.pk}" if request.user and request.user.pk else None
