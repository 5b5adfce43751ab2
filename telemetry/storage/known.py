"""Ids that this process has seen committed: a hint only. Every row is held against its key when it is read."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
MOST = 100_000


class Known(Generic[K]):
    """Ids by key; all are forgotten when there are too many."""

    def __init__(self, most: int = MOST) -> None:
        self._ids: dict[K, int] = {}
        self._most = most
        self.get = self._ids.get
        """The id of a key, or None."""
        everything.append(self)

    def learn(self, ids: dict[K, int]) -> None:
        """Remember some, which are committed."""
        if len(self._ids) + len(ids) > self._most:
            self._ids.clear()
        if len(ids) <= self._most:
            self._ids.update(ids)

    def clear(self) -> None:
        """Forget all."""
        self._ids.clear()


everything: list[Known] = []  # type: ignore[type-arg]  # of any kind of key


def forget_all() -> None:
    """Look everything up by its key again."""
    for known in everything:
        known.clear()
