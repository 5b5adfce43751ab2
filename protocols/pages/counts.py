"""How many runs should be looked at: what the navigation says beside "Runs"."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

from protocols.models import ProtocolRun
from protocols.services.lateness import Lateness

COUNTED: Final = 999
"""No more are counted."""
HELD: Final = 20
"""A count is used again for so many times as long as it took: at most a twentieth of a processor counts."""


@dataclass(slots=True)
class _Held:
    until: float = 0.0
    count: int = 0


_held = _Held()


def to_look_at(now: int) -> int:
    """Open runs that are critical or late; three queries, of what is open only."""
    began = monotonic()
    if began >= _held.until:
        _held.count = _counted(now)
        took = monotonic() - began
        _held.until = began + took * HELD if took > 0.1 else 0.0  # a quick look is not worth keeping
    return _held.count


def _counted(now: int) -> int:
    """One after the other: asked for either of the two at once, PostgreSQL reads every step there ever was."""
    critical = ProtocolRun.Severity.CRITICAL
    rows = ProtocolRun.objects.open().order_by()
    count = rows.filter(severity=critical)[:COUNTED].count()
    if count < COUNTED:
        count += rows.filter(Lateness.at(now).runs(), severity__lt=critical)[: COUNTED - count].count()
    return count
