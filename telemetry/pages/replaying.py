"""Whether the history, evaluated once more, comes to what is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.evaluation import Evaluator, State, replay
from telemetry.models import Observation, Standing, Transition
from telemetry.pages.words import WORDS, kind_of
from telemetry.reevaluation import observations_of
from telemetry.storage.memories import COLUMNS, from_columns
from telemetry.storage.shapes import StandingKey

AT_MOST = 100_000
"""Values: more would keep a page waiting."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``reasons`` are why it may rightly differ; empty where it is the same."""

    values: int
    too_many: bool = False
    state: str = ""
    recorded: str = ""
    changes: int = 0
    found: int = 0
    missing: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """The same state by the same way."""
        return (
            not self.too_many
            and self.state == self.recorded
            and not self.missing
            and self.found == self.changes
        )

    @property
    def same_state(self) -> bool:
        """The same state, whichever way."""
        return not self.too_many and self.state == self.recorded


def replayed(evaluator: Evaluator, standing: Standing, release: int) -> Outcome:
    """Replay all that is stored of a binding for a person, up to where its evaluation has come."""
    key = StandingKey(standing.subject_id, standing.kpi, standing.agent)
    stored = Observation.objects.filter(
        series__subject=key.subject, series__kpi=key.kpi, series__agent=key.agent
    ).count()
    if stored > AT_MOST:
        return Outcome(stored, too_many=True)
    memory = from_columns(tuple(getattr(standing, column) for column in COLUMNS))
    until = max(memory.at or 0, memory.since or 0)
    again = replay(evaluator, observations_of(key, until=memory.at), until=until)
    recorded = list(
        Transition.objects.filter(subject=standing.subject_id, kpi=standing.kpi, agent=standing.agent)
        .order_by("at", "pk")
    )  # fmt: skip
    before = {(one.at, one.before, one.after) for one in recorded}
    after = {(one.at, one.before.number, one.after.number) for one in again.transitions}
    differs = before != after or again.memory.state is not memory.state
    return Outcome(
        values=stored,
        state=_word(again.memory.state),
        recorded=WORDS[kind_of(standing.state)],
        changes=len(before),
        found=len(after),
        missing=len(before - after),
        reasons=tuple(_reasons(standing, recorded, release)) if differs else (),
    )


def _word(state: State) -> str:
    return WORDS[state.value]


def _reasons(standing: Standing, recorded: list[Transition], release: int) -> list[str]:
    found = []
    releases = sorted({one.release for one in recorded if one.release != release})
    if releases:
        numbers = ", ".join(map(str, releases))
        found.append(
            f"Some changes were judged by another contract (release {numbers}); this was by release {release}."
        )
    if any(one.cause == "correction" for one in recorded):
        found.append("Values were corrected after they had been judged.")
    rows = Observation.objects.filter(
        series__subject=standing.subject_id, series__kpi=standing.kpi, series__agent=standing.agent
    ).order_by("at").values_list("received", flat=True)  # fmt: skip
    newest = 0
    for received in rows.iterator():
        if received < newest:
            found.append("Values came late: they were not there yet when later ones were judged.")
            break
        newest = received
    return found
