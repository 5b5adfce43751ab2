"""Whether what was answered to a body before may be answered again."""

from __future__ import annotations

from contracts.evaluation import Observed
from telemetry.contexts import is_same_context
from telemetry.deliveries import Delivery
from telemetry.storage import Store
from telemetry.storage.shapes import SeriesKey, Stored


def is_superseded(work: Store, delivery: Delivery) -> bool:
    """Whether another value, or another context, stands now where the body had one: it was corrected since then.

    What is not stored any more supersedes nothing. It was erased or is too old, and a mere retry brings nobody back.
    Three statements, however large the body.
    """
    users = work.known_subjects(list({stretch.user for stretch in delivery.stretches}))
    stretches = {
        SeriesKey(users[one.user], one.watched.binding.kpi, one.watched.binding.agent, one.source): one
        for one in delivery.stretches
        if one.user in users
    }
    rows = work.known_series(list(stretches))
    places = [
        (rows[key], one.at)
        for key, stretch in stretches.items()
        if key in rows
        for one in stretch.observations
    ]
    stored = work.values_at(places)
    for key, stretch in stretches.items():
        before: int | None = None
        for one in stretch.observations:
            found = stored.get((rows[key], one.at)) if key in rows else None
            is_first, before = one.at != before, one.at  # of two for one moment, the first is stored
            if found and is_first and not is_stored(found, one):
                return True
    return False


def is_stored(stored: Stored, observed: Observed) -> bool:
    """Whether what is stored is this."""
    return stored.value == observed.value and is_same_context(stored.context, observed.context)
