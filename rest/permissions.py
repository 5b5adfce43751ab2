"""Who may do what: a token by its scopes, a person by Django's permissions. Nobody else, ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView

_VERBS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}

NOT_ANY_MORE = (
    "{scope} counts only as long as whoever holds this token may do the same, and they may not. "
    "Have someone who may make a replacement."
)


@runtime_checkable
class Token(Protocol):
    """What stands behind `Authorization: Bearer …`: ``request.auth``."""

    scopes: list[str]

    @property
    def agent_name(self) -> str:
        """The only agent this token speaks for; "" for a token of a service."""

    def holder_lacks(self, scope: str, permissions: Iterable[str]) -> tuple[str, ...]:
        """Which of these, that using the scope takes, whoever answers for the token does not have now."""


class HasScope(BasePermission):
    """A view says its ``read_scope`` and ``write_scope``, and for people its model or ``needs``.

    Where an agent reads only what is its own, another scope may do for that: ``agents_read_scope``.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this caller may use this method here at all."""
        reads = request.method in SAFE_METHODS or bool(getattr(view, "only_reads", False))
        if isinstance(request.auth, Token):
            return self._token_may(request.auth, reads, view, str(request.method))
        if not request.user or not request.user.is_authenticated:
            return False
        return request.user.has_perms(needed(view, str(request.method)))

    def _token_may(self, token: Token, reads: bool, view: APIView, method: str) -> bool:
        scope = getattr(view, "read_scope" if reads else "write_scope", None)
        if reads and token.agent_name:
            scope = getattr(view, "agents_read_scope", scope)
        if scope is None or scope not in token.scopes:
            return False
        if reads:
            return True
        # What every agent follows is not one agent's to change.
        if token.agent_name and not getattr(view, "agents_write_their_own", False):
            return False
        if token.holder_lacks(scope, needed(view, method)):
            raise PermissionDenied(NOT_ANY_MORE.format(scope=scope))
        return True


def needed(view: Any, method: str) -> list[str]:
    """The permissions of Django's that a person needs."""
    if (needs := getattr(view, "needs", None)) is not None:
        return list(needs.get(method, needs["*"]))
    options = view.queryset.model._meta
    return [f"{options.app_label}.{_VERBS.get(method, 'view')}_{options.model_name}"]
