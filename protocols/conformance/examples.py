"""An example of each rule: a small run on which it speaks, and no other rule does."""

from __future__ import annotations

from typing import Any, Final

from contracts.evaluation import SECOND
from protocols.conformance.facts import HAND_OFF, OfferFacts, PauseFacts, RunFacts, StepFacts

MINUTE: Final = 60 * SECOND
OPENED: Final = 0
"""When each example's run is opened; all of its times are counted from there."""
LOOKED: Final = 300 * MINUTE
"""When it is judged."""

Example = tuple[RunFacts, tuple[PauseFacts, ...]]


def minutes(count: float) -> int:
    """So many minutes after the run was opened."""
    return OPENED + round(count * MINUTE)


def step(number: int, name: str, done: float | None = None, **more: Any) -> StepFacts:
    """A declared step, asked for when the run opened; ``done`` is so many minutes later."""
    made = StepFacts(number, name, OPENED, OPENED)
    if done is not None:
        made = made._replace(state="done", finished=minutes(done))
    return made._replace(**more)


def run(*steps: StepFacts, state: str = "active", ended: float | None = None, **more: Any) -> RunFacts:
    """A run of NEUROS about hrv_rmssd; ``ended`` is so many minutes after it was opened."""
    end = None if ended is None else minutes(ended)
    made = RunFacts("NEUROS", "hrv_rmssd", state, OPENED, steps, end, end, ("NEUROS",))
    return made._replace(**more)


def _hand_off(number: int, state: str, answered: float) -> StepFacts:
    offer = OfferFacts("CARDIOS", state, minutes(10), 30 * MINUTE, minutes(answered))
    made = step(number, "CARDIOS", answered, kind=HAND_OFF, offer=offer)
    return made._replace(state="failed")


REDUCE: Final = "reduce_training_intensity"
NOTIFY: Final = "notify_user"
EXAMPLES: Final[dict[str, Example]] = {
    "RUN001": (
        run(step(1, REDUCE, 5), step(2, NOTIFY, deadline=15 * MINUTE), state="recovered", ended=120),
        (),
    ),
    "RUN002": (run(step(1, REDUCE, 5), step(2, "log_event", state="skipped", finished=minutes(6))), ()),
    "RUN003": (run(step(1, REDUCE, 27, deadline=15 * MINUTE), step(2, NOTIFY, 28)), ()),
    "RUN004": (run(step(1, REDUCE, 9), step(2, NOTIFY, 3), step(3, "log_event", 10)), ()),
    "RUN005": (run(step(1, REDUCE, 5), step(2, "call_doctor", 8, declared=False)), ()),
    "RUN006": (
        run(step(1, REDUCE, 5), step(2, "book_consultation", state="failed", finished=minutes(7))),
        (),
    ),
    "RUN007": (run(step(1, REDUCE, 5), _hand_off(2, "refused", 14)), ()),
    "RUN008": (run(step(1, REDUCE, 5), _hand_off(2, "ignored", 40)), ()),
    "RUN009": (run(step(1, REDUCE, 5), chain=("NEUROS", "CARDIOS", "NEUROS")), ()),
    "RUN010": (
        run(step(1, REDUCE, 5), step(2, NOTIFY, 12)),
        (PauseFacts("NEUROS", "hrv_rmssd", minutes(10), minutes(60)),),
    ),
}
