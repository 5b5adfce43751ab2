"""Inboxes as this process holds them: the very bytes that Django would answer, made anew when something changed.

The database is the truth. What changed there is found by a cursor (:mod:`telemetry.cursors`), what was deleted by a
counter. What is held is good for a second after the last look and no longer, and until any process of this machine has
changed it (:mod:`protocols.services.marks`): a poll later than that is Django's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from django.db.models import Count, Max, Model, Sum

from contracts.evaluation import SECOND
from jobs.database_clock import database_clock
from protocols.inbox.body import as_bytes, inbox_of
from protocols.models import Pause, ProtocolRun
from protocols.services import news
from protocols.services.marks import NOTHING
from protocols.services.pausing import FORESEEN, pauses_to_come
from releases.serving.bodies import Variant
from telemetry import cursors
from telemetry.models import Clock

GOOD_FOR: Final = 1.0
"""Seconds after the last look for which what is held is told: as long as a pause may take to reach an agent."""
ANEW_AFTER: Final = 60.0
"""Seconds after which an inbox is made anew though nothing seems to have changed: SQL by hand counts nothing."""
UNASKED: Final = 120.0
"""Seconds after which an inbox for which nobody asked is held no longer."""
GONE: Final = 3
"""The clock that a trigger of the database counts whenever runs or pauses are deleted."""
NEVER: Final = float("inf")
Signature = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What an inbox says until a moment, by `time.monotonic()`, and the cursor from which to ask on."""

    variant: Variant
    cursor: int
    until: float


@dataclass(slots=True)
class Box:
    """One agent's inbox: what it says now, and what it will once a pause has ended or begun. None is known at first."""

    asked: float
    made: float = -NEVER
    told: tuple[Told, ...] = ()

    def at(self, now: float) -> Told | None:
        """What it says at a moment."""
        return next((one for one in self.told if one.until > now), None)


@dataclass(slots=True)
class Held:
    """The inboxes of one process. One thread looks; any may ask."""

    boxes: dict[str, Box] = field(default_factory=dict)
    _confirmed: float = -NEVER
    _cursor: int = -1
    _place: cursors.Place = ()
    _gone: int = -1
    _seen: Mapping[str, Signature] = field(default_factory=dict)
    _marks: bytes = NOTHING
    """As they were before the last look."""

    def told(self, agent: str, now: float) -> Told | None:
        """What the inbox of an agent says; None where that is not known well enough. It is held from now on."""
        box = self.boxes.get(agent)
        if box is None:
            self.boxes[agent] = Box(now)
            return None
        box.asked = now
        is_good = now - self._confirmed < GOOD_FOR and news.marks().is_as_in(self._marks, agent)
        return box.at(now) if is_good else None

    def look(self) -> int:
        """Hold all that is committed by now; how many inboxes were made. Raises what the database answers with."""
        began, marked = monotonic(), news.marks().all()
        for agent in [name for name, box in self.boxes.items() if began - box.asked > UNASKED]:
            del self.boxes[agent]
        gone = Clock.objects.filter(pk=GONE).values_list("tick", flat=True).first() or 0
        following, place = cursors.now_and_place()
        if not (place == self._place and following >= self._cursor >= 0 and gone == self._gone):
            seen, changed = _signatures(following), set(self.boxes)
        else:
            seen = _signatures(self._cursor)
            changed = {agent for agent, signature in seen.items() if self._seen.get(agent) != signature}
        made = 0
        for agent, box in list(self.boxes.items()):
            if agent in changed or began - box.made > ANEW_AFTER or box.at(began) is None:
                box.told, box.made = _told(agent, following), began
                made += 1
        self._cursor, self._place, self._gone, self._seen = following, place, gone, seen
        self._confirmed, self._marks = began, marked
        return made

    def forget(self) -> None:
        """Forget every inbox that is held."""
        self.boxes.clear()
        self._cursor = -1


def _signatures(cursor: int) -> dict[str, Signature]:
    """For each agent of whom something changed since a cursor, what tells that from what the next look finds: on
    PostgreSQL the same rows are told for as long as any transaction is open that is older than they are."""
    found: dict[str, Signature] = {}
    models: Sequence[type[Model]] = (ProtocolRun, Pause)
    for model in models:
        rows = model._default_manager.filter(changed__gte=cursor).order_by().values_list("agent")
        for agent, *told in rows.annotate(Count("pk"), Max("changed"), Sum("changed")):
            found[agent] = (*found.get(agent, ()), model, *told)
    return found


def _told(agent: str, cursor: int) -> tuple[Told, ...]:
    """What an inbox says from now on, each time until a pause begins or ends."""
    now, began = database_clock.micros(), monotonic()
    to_come = pauses_to_come(agent, now)
    ends = [began + (moment - now) / SECOND for moment in to_come]
    if len(to_come) < FORESEEN:  # else there may be more, and what follows is made when it is due
        ends.append(NEVER)
    return tuple(
        Told(Variant.of(as_bytes(inbox_of(agent, moment))), cursor, until)
        for moment, until in zip([now, *to_come], ends, strict=False)
    )
