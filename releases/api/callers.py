"""Who publishes, moves or restores: a person, or a program by its token's name."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from rest.permissions import Token


def author_of(request: Request) -> Any:
    """The person; where a token asks, the one who made it, who answers for what it does."""
    return getattr(request.auth, "author", None) if isinstance(request.auth, Token) else request.user


def name_of(request: Request) -> str:
    """The token's name, to be kept in place of a person's; "" for a person."""
    return str(request.auth) if isinstance(request.auth, Token) else ""
