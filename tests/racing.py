"""Several people who do something at the very same moment, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client

PATIENCE = 0.7
"""Seconds somebody waits for the others where they are to meet: whoever is held up by a lock never comes."""


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each returned, all begun at once."""
    pool: Any = connection.pool  # type: ignore[attr-defined]  # PostgreSQL's has one
    pool.resize(1, max(pool.max_size, len(works) + 2))

    def alone(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(alone, works))


def meet_before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, people: int = 2) -> None:
    """Have everyone wait there until all have come, which is when judging before the lock would show."""
    gate, go_on = Barrier(people), getattr(owner, name)

    def met(*args: Any, **kwargs: Any) -> Any:
        with suppress(BrokenBarrierError):  # the others are held up, as they should be
            gate.wait(PATIENCE)
        return go_on(*args, **kwargs)

    monkeypatch.setattr(owner, name, met)


def browser() -> Client:
    """Somebody who may do everything, signed in; what goes wrong is a 500, as in life."""
    person, _ = User.objects.get_or_create(username="root", is_staff=True, is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(person)
    client.get("/livez")  # its handler is built by one thread, not by all of them
    return client
