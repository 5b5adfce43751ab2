"""What this process serves now: one place, written by its watcher, read for every poll."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from releases.serving.pulse import Pulse
from releases.serving.shelf import Shelf

AWAY_AFTER = 5.0
"""Seconds without a word from the database after which it counts as away, though nothing failed."""


@dataclass(slots=True)
class Holder:
    """The shelf, and when the database last answered and last confirmed it, by `time.monotonic()`.

    ``troubles`` say what is wrong and since when; ``database`` is one of them while the database is away.
    ``wanted`` are the releases that were asked for by number, and when. ``pulse`` asks the database how it is now,
    and ``seen`` is since when it was as it is.
    """

    shelf: Shelf | None = None
    confirmed: float = 0.0
    answered: float = 0.0
    is_watched: bool = False
    is_from_file: bool = False
    troubles: dict[str, datetime] = field(default_factory=dict)
    wanted: dict[int, float] = field(default_factory=dict)
    pulse: Pulse | None = None
    seen: dict[str, datetime] = field(default_factory=dict)

    @property
    def is_away(self) -> bool:
        """Whether the database does not answer."""
        return "database" in self.troubles or monotonic() - self.answered > AWAY_AFTER


holder = Holder()
"""Of this process."""
