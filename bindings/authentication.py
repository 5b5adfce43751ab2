"""`Authorization: Bearer aur_<id>.<secret>`: https://www.rfc-editor.org/rfc/rfc6750."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from bindings.models import ApiToken
from jobs.database_clock import database_clock

log = logging.getLogger(__name__)


class Program(AnonymousUser):
    """Who asks with a token: no person, and none of a person's permissions."""

    @property
    def is_authenticated(self) -> Any:
        """Known, all the same."""
        return True


class TokenAuthentication(BaseAuthentication):
    """A token in the header. Nothing is said about what is wrong with one that does not count."""

    def authenticate(self, request: Request) -> tuple[Program, Any] | None:
        """The token; None where the header brings none. Raises AuthenticationFailed."""
        header = get_authorization_header(request)
        if not header.split():
            return None
        token = self.find(header)
        if token is None:
            raise AuthenticationFailed("This token does not count: it is unknown, revoked or expired.")
        return Program(), token

    def find(self, header: bytes) -> Any:
        """The token that the header brings, if it counts; its use is noted."""
        words = header.split()
        token = None
        if len(words) == 2 and words[0].lower() == b"bearer":
            token = ApiToken.find(words[1].decode("latin-1"))
        if token is not None:
            self.note_use(token)
        return token

    def note_use(self, token: ApiToken) -> None:
        """Note that it was used now; where nothing can be written, as on a full disk, reading goes on without."""
        try:
            token.note_use(database_clock.moment())
        except DatabaseError as error:
            log.warning("The use of a token cannot be noted: %s", error)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'
