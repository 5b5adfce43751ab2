"""How the pages call states, and lengths of time; every state comes with the class of its chip."""

from __future__ import annotations

from typing import Final

from contracts.evaluation import SECOND
from protocols.lifecycle import OfferState, RunState, StepState

RUN_STATES: Final = {
    RunState.OFFERED: ("asked, no answer yet", "warning"),
    RunState.WAITING: ("not begun", "info"),
    RunState.ACTIVE: ("under way", "info"),
    RunState.COMPLETED: ("completed", "normal"),
    RunState.RECOVERED: ("recovered", "normal"),
    RunState.FAILED: ("failed", "warning"),
    RunState.TIMED_OUT: ("given up after a day", "warning"),
    RunState.OVERRIDDEN: ("overridden", ""),
    RunState.TAKEN_OVER: ("taken over", ""),
    RunState.WITHDRAWN: ("withdrawn", ""),
    RunState.REFUSED: ("refused", "warning"),
    RunState.IGNORED: ("not answered", "warning"),
}
STEP_STATES: Final = {
    StepState.PENDING: ("not begun", ""),
    StepState.STARTED: ("begun", "info"),
    StepState.DONE: ("done", "normal"),
    StepState.FAILED: ("failed", "warning"),
    StepState.SKIPPED: ("skipped", "warning"),
    StepState.OVERRIDDEN: ("overridden", ""),
    StepState.NOT_NEEDED: ("not needed", ""),
}
OFFER_STATES: Final = {
    OfferState.OFFERED: ("no answer yet", "warning"),
    OfferState.ACCEPTED: ("accepted", "normal"),
    OfferState.REFUSED: ("refused", "warning"),
    OfferState.IGNORED: ("not answered", "critical"),
    OfferState.WITHDRAWN: ("withdrawn", ""),
}
_LENGTHS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def lasting(micros: float) -> str:
    """A length of time in at most two units: ``40 s``, ``4 min 10 s``, ``2 h 5 min``, ``3 d``."""
    left, words = max(0, round(micros / SECOND)), []
    for size, unit in _LENGTHS:
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}")
        if len(words) == 2 or (words and not count):
            break
    return " ".join(words) or "0 s"
