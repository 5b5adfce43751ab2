"""Whether the history, evaluated once more, comes to what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.evaluation import Memory, State, by_source, combine, retrace
from telemetry.models import Observation, Standing, Transition
from telemetry.pages.words import WORDS, kind_of
from telemetry.reevaluation import observations_of
from telemetry.standing_judging import contracts_in_force
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


def replayed(standing: Standing) -> Outcome:
    """Replay all that is stored of a binding for a person, up to where its evaluation has come, each source by the
    contracts that were in force."""
    key = StandingKey(standing.subject_id, standing.kpi, standing.agent)
    values = Observation.objects.filter(
        series__subject=key.subject, series__kpi=key.kpi, series__agent=key.agent
    )
    stored = values.count()
    if stored > AT_MOST:
        return Outcome(stored, too_many=True)
    memories: dict[str, Memory] = {}
    after: set[tuple[object, ...]] = set()
    contracts = contracts_in_force(key, standing.release, standing.contracts)
    for source, own in by_source(observations_of(key)).items():
        memories[source], told = retrace(contracts, own, until=standing.looked)
        after |= {(one.at, source, one.before.number, one.after.number) for one, _ in told}
    evaluator = contracts[-1].evaluator
    state = combine(evaluator, memories).state if evaluator and memories else State.UNKNOWN
    recorded = Transition.objects.standing().filter(subject=key.subject, kpi=key.kpi, agent=key.agent)
    before = set(recorded.values_list("at", "source", "before", "after"))
    differs = before != after or state.number != standing.state
    oldest = values.order_by("at").values_list("at", flat=True).first()
    return Outcome(
        values=stored,
        state=WORDS[state.value],
        recorded=WORDS[kind_of(standing.state)],
        changes=len(before),
        found=len(after),
        missing=len(before - after),
        reasons=tuple(_reasons(standing, min(at for at, *_ in before), oldest)) if differs and before else (),
    )


def _reasons(standing: Standing, first: int, oldest: int | None) -> Iterator[str]:
    if oldest is None or first < oldest:
        yield "The values that were judged first are no longer kept."
    if standing.release == 0:
        yield "No contract in force watches it any longer."
