"""Tokens of the simulated agents: secrets in memory alone, good for an hour, revoked at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.utils import timezone

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken, Scope

GOOD_FOR: Final = timedelta(hours=1)
"""A simulation that is killed leaves nothing behind that works for longer."""
SCOPES: Final = (Scope.BINDINGS_READ, Scope.OBSERVATIONS_WRITE, Scope.RUNS_WRITE)


class Tokens:
    """One for each agent. ``secrets`` are what the agents send."""

    def __init__(self, agents: Iterable[str]) -> None:
        self.secrets: dict[str, str] = {}
        self._ids: list[int] = []
        for agent in Agent.objects.filter(name__in=list(agents)).order_by("name"):
            token = ApiToken(name=f"simulation {agent.name}"[:80], agent=identity_of(agent), scopes=[*SCOPES])
            token.expires = timezone.now() + GOOD_FOR
            self.secrets[agent.name] = token.new_secret()
            token.full_clean()
            token.save()
            self._ids.append(token.pk)

    def renew(self) -> None:
        """Another hour from now."""
        ApiToken.objects.filter(pk__in=self._ids, revoked=None).update(expires=timezone.now() + GOOD_FOR)

    def revoke(self) -> None:
        """End them all."""
        for token in ApiToken.objects.filter(pk__in=self._ids):
            token.revoke()


@contextmanager
def tokens_of(agents: Iterable[str]) -> Iterator[Tokens]:
    """Tokens for as long as this is entered."""
    tokens = Tokens(agents)
    try:
        yield tokens
    finally:
        tokens.revoke()
