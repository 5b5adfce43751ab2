"""Everything that cannot be made of a release, from whichever generator it is."""

from __future__ import annotations

from contracts.release import ReleaseDocument
from observability.active_triggers import LeftOut
from observability.alert_rules import alert_rules


def left_out_of(document: ReleaseDocument) -> tuple[LeftOut, ...]:
    """What there is no alert rule for, and why."""
    return tuple(alert_rules(document)[1])
