"""A simulation from its beginning to its end: history as fast as the server takes it, then life."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import httpx

from telemetry import contracts_now
from telemetry.simulation.agents import Agents, Stamped
from telemetry.simulation.calendar import DAY, Calendar
from telemetry.simulation.habits import Heart, Life
from telemetry.simulation.heartbeats import read_heartbeats
from telemetry.simulation.stories import people
from telemetry.simulation.tokens import Tokens, tokens_of

SEED: Final = "auren"
AT_ONCE: Final = 20_000
"""Observations of history that are made and delivered together, about."""
A_DAY: Final = 30
"""Observations of one person in a day, about."""
RENEW_EVERY: Final = 600.0  # seconds
PEOPLE_A_SECOND: Final = 100
"""Of more people, what is measured is looked at less often than each second."""

Say = Callable[[str], object]


class Reporter(Protocol):
    """Who reports what is measured."""

    def report(self, life: Iterable[Stamped], *, is_past: bool = False) -> int:
        """Have it reported; how many observations that are. What is past may wait until it is to be delivered."""

    def deliver(self) -> None:
        """Wait until it is."""

    def look_back(self, until: datetime) -> None:
        """Have reported what was done about it by then."""

    def work(self) -> None:
        """Have done what is to be done now."""


class CannotSimulate(Exception):
    """Something is missing; the text says what and how to get it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``speed`` is how many times faster than life people live once history is told; 0 ends then. ``patience`` is
    how many seconds to wait for the server."""

    address: str
    users: int
    days: int
    speed: float
    heartbeats: Path
    patience: float = 60.0


def simulate(plan: Plan, say: Say) -> None:
    """Run it until it is interrupted. Raises CannotSimulate, and NotDelivered where the server takes nothing."""
    life = Life(tuple(people(plan.users, SEED)), Heart(read_heartbeats(plan.heartbeats)))
    wait_for_server(plan)
    with _agents(plan, life) as (tokens, agents):
        calendar = Calendar.of([one.user_id for one in life.people], plan.days, datetime.now(UTC))
        began = time.monotonic()
        day, count = tell_history(life, calendar, agents, say)
        took = time.monotonic() - began
        say(
            f"History of {plan.users} made-up people: {count:,} new observations, told in {took:.1f} seconds."
        )
        if refused := agents.refused:
            say(f"Refused: {refused}.")
        if plan.speed:
            say(f"Their life goes on: a day takes {_words(DAY / plan.speed)}.")
            live(plan, life, day, agents, tokens.renew)


@contextmanager
def _agents(plan: Plan, life: Life) -> Iterator[tuple[Tokens, Agents]]:
    names = {agent for agent, kpi in contracts_now.load().watched if kpi in life.kpis}
    if not names:
        raise CannotSimulate(
            "No released agent watches a KPI of the simulation. "
            "Import examples/auren into an empty registry, and publish it."
        )
    with tokens_of(names) as tokens, Agents(plan.address, tokens.secrets, plan.speed) as agents:
        end = time.monotonic() + plan.patience
        while lost := agents.lost:
            if time.monotonic() > end:
                agent, problem = next(iter(lost.items()))
                raise CannotSimulate(f"{agent} got no bindings from {plan.address}: {problem}")
            time.sleep(0.1)
        yield tokens, agents


def wait_for_server(plan: Plan) -> None:
    """Until it answers. Raises CannotSimulate."""
    end = time.monotonic() + plan.patience
    while True:
        try:
            httpx.get(f"{plan.address}/livez", timeout=5).raise_for_status()
        except httpx.HTTPError as error:
            if time.monotonic() > end:
                raise CannotSimulate(
                    f"Nothing answers at {plan.address} ({error}). Start it by: make run"
                ) from error
            time.sleep(0.2)
        else:
            return


def tell_history(life: Life, calendar: Calendar, agents: Reporter, say: Say) -> tuple[float, int]:
    """Report everything until now; until which day of the stories that is, and how many observations."""
    # What is measured while history is told, is told by life, which takes over where this ends.
    # Agents act by what they know: what was done about a day is told before the next one.
    day, count, step = calendar.first, 0, min(max(AT_ONCE / A_DAY / len(life.people), 0.05), 1.0)
    today, delivered = calendar.day(datetime.now(UTC)), 0
    while day < today:
        until = min(day + step, today)
        new: list[Stamped] = [
            (one, calendar.at(one.day))
            for one in life.measured(day, until)
            if one.day > calendar.known.get(one.person.user_id, day - 1)
        ]
        count += agents.report(new, is_past=True)
        if (day := until) >= today or count - delivered >= AT_ONCE:
            agents.deliver()
            delivered = count
            if day < today:
                say(f"{count:,} observations, until {calendar.at(until):%d %B}")
        agents.look_back(calendar.at(until))
    return day, count


def live(plan: Plan, life: Life, day: float, agents: Reporter, renew: Callable[[], object]) -> None:
    """Go on from a day of the stories. What is measured gets the time of the clock, however fast people live."""
    began = looked = renewed = time.monotonic()
    first = last = day
    while True:
        time.sleep(max(1.0, len(life.people) / PEOPLE_A_SECOND))
        looked, now = time.monotonic(), datetime.now(UTC)
        day = first + timedelta(seconds=looked - began) / DAY * plan.speed
        agents.report([(one, now - (day - one.day) * DAY / plan.speed) for one in life.measured(last, day)])
        agents.work()
        last = day
        if looked - renewed > RENEW_EVERY:
            renew()
            renewed = looked


def _words(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} seconds"
