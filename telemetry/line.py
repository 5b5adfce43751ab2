"""Small deliveries that wait at the same time are stored by one transaction: its cost is shared.

Most of what a single observation costs is the transaction around it. So while one thread stores, what the others
of its process bring lines up, and whoever comes next takes along all that has no person in common with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db import connection

from rest.outages import gave_way, outage_of
from rest.patience import holding
from telemetry.deliveries import Delivery
from telemetry.storage.turns import turn

log = logging.getLogger(__name__)

Answer = dict[str, Any]
MOST = 4000
"""Observations that are stored together."""
FEW = 100
"""The same of a delivery where several processes and threads may write at a time: a larger one is better off alone."""


@dataclass(slots=True, eq=False)
class _Place:
    """Somebody in the line, and what became of it: an answer or an error; neither, where it is to go alone."""

    delivery: Delivery
    users: frozenset[str]
    answer: Answer | None = None
    error: Exception | None = None
    is_waiting: bool = True


class Line:
    """Where deliveries wait, of one process. ``together`` stores several or nothing, ``alone`` one, come what may."""

    def __init__(
        self,
        together: Callable[[Sequence[Delivery], int], list[Answer]],
        alone: Callable[[Delivery, int], Answer],
    ) -> None:
        self._together, self._alone = together, alone
        self._waiting: list[_Place] = []
        self._counter, self._door = Lock(), Lock()

    def take(self, delivery: Delivery, now: int) -> Answer:
        """The answer to a delivery, which is stored then. Raises what ``alone`` does.

        ``together`` is given its turn at writing; ``alone`` takes it itself.
        """
        most = MOST if connection.vendor == "sqlite" else FEW
        if delivery.size > most or delivery.is_strict or connection.in_atomic_block:
            return self._alone(delivery, now)
        mine = _Place(delivery, frozenset([stretch.user for stretch in delivery.stretches]))
        with self._counter:
            self._waiting.append(mine)
        try:
            with holding(self._door):
                if mine.is_waiting:
                    with turn():  # who comes while this process waits for its turn goes along
                        group = self._group_of(mine)
                        self._leave(group)
                        self._serve(group, now)
        except BaseException:  # it got no turn
            self._leave([mine])
            raise
        if mine.error is not None:
            raise mine.error
        return self._alone(delivery, now) if mine.answer is None else mine.answer

    def _group_of(self, mine: _Place) -> list[_Place]:
        """Who goes together: this one, and whoever else waits and has no person in common with those."""
        group, users, size = [mine], set(mine.users), mine.delivery.size
        for place in self._all():
            if place is not mine and users.isdisjoint(place.users) and size + place.delivery.size <= MOST:
                group.append(place)
                users |= place.users
                size += place.delivery.size
        return group

    def _all(self) -> list[_Place]:
        with self._counter:
            return list(self._waiting)

    def _leave(self, places: Sequence[_Place]) -> None:
        """Have them wait no longer. Only who is at the door may, or who gives up for itself."""
        with self._counter:
            self._waiting = [place for place in self._waiting if place not in places]
        for place in places:
            place.is_waiting = False

    def _serve(self, group: Sequence[_Place], now: int) -> None:
        try:
            answers = self._together([place.delivery for place in group], now)
        except Exception as error:
            if gave_way(error) or outage_of(error) is None:
                # One stands in the way of the others, or another transaction did: each is told about itself.
                log.debug("%d deliveries go alone: %s", len(group), type(error).__name__)
                return
            # To ask the database for the others too would have them wait once more for as long.
            others = self._all()
            self._leave(others)
            for place in (*group, *others):
                place.error = error
        else:
            for place, answer in zip(group, answers, strict=True):
                place.answer = answer
