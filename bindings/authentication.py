"""`Authorization: Bearer aur_<id>.<secret>`: https://www.rfc-editor.org/rfc/rfc6750."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from bindings.models import ApiToken


class Program(AnonymousUser):
    """Who asks with a token: no person, and none of a person's permissions."""

    @property
    def is_authenticated(self) -> Any:
        """Known, all the same."""
        return True


class TokenAuthentication(BaseAuthentication):
    """A token in the header. Nothing is said about what is wrong with one that does not count."""

    def authenticate(self, request: Request) -> tuple[Program, ApiToken] | None:
        """The token; None where the header brings none. Raises AuthenticationFailed."""
        words = get_authorization_header(request).split()
        if not words:
            return None
        token = None
        if len(words) == 2 and words[0].lower() == b"bearer":
            token = ApiToken.find(words[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("This token does not count: it is unknown, revoked or expired.")
        token.note_use(timezone.now())
        return Program(), token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'
