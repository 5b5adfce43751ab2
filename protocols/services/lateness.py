"""Which steps of open runs are late now, asked of the database: as conformance has it, so without the time of pauses.

Conformance looks at one run and counts; a board cannot look at ten thousand. How much of its time a step was paused
depends on nothing but since when it could be known, so that of each paused agent a few moments say it for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from contracts.evaluation import SECOND
from protocols.conformance import PauseFacts
from protocols.conformance.case import joined
from protocols.lifecycle import StepState
from protocols.models import Pause, ProtocolRun, Step
from protocols.services.facts import pause_facts, too_late_by

UNSETTLED: Final = (StepState.PENDING, StepState.STARTED)
STRETCHES: Final = 300
"""Of one agent and KPI, the newest that count: more pauses than anybody makes while a run is open, and as many as fit
into a statement."""
Stretches = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Lateness:
    """What is late at a moment, with the pauses that touched any run which is open."""

    now: int
    pauses: Sequence[Pause]

    @classmethod
    def at(cls, now: int) -> Lateness:
        """One query."""
        oldest = ProtocolRun.objects.open().order_by("opened", "pk").values("opened")[:1]
        begun = Coalesce(Subquery(oldest), Value(now))
        rows = Pause.objects.filter(
            Q(lifted__isnull=True) | Q(lifted__gt=begun), since__lte=now, until__gt=begun
        )
        return cls(now, list(rows))

    @property
    def holding(self) -> list[Pause]:
        """The pauses that hold now."""
        return [
            one
            for one in self.pauses
            if one.since <= self.now < one.until and (one.lifted is None or one.lifted > self.now)
        ]

    def by(self, run: ProtocolRun, step: Step) -> int:
        """By how much a step is late, in microseconds; 0 where it is not. Asks no database."""
        return too_late_by(run, step, self._of_agent.get(run.agent, ()), self.now)

    def _steps(self) -> QuerySet[Step]:
        """The late steps of one run of a query that this is a part of."""
        steps = Step.objects.filter(run=OuterRef("pk"), state__in=UNSETTLED, due__lt=self.now)
        steps = steps.exclude(kind=Step.Kind.HAND_OFF)
        if not self._stretches:
            return steps
        length = Cast("deadline", BigIntegerField()) * Value(SECOND, BigIntegerField())
        # Django takes what is computed for a small number, and leaves out what compares it with a large one.
        known = ExpressionWrapper(F("due") - length, BigIntegerField())
        return steps.alias(known=known).filter(due__lt=self._latest())

    def runs(self) -> Exists:
        """Of a run: whether a step of it is late. Looked up run by run: most steps of the table are of ended runs."""
        return Exists(self._steps())

    @cached_property
    def _of_agent(self) -> Mapping[str, Sequence[Pause]]:
        found: dict[str, list[Pause]] = {}
        for one in self.pauses:
            found.setdefault(one.agent, []).append(one)
        return found

    @cached_property
    def _stretches(self) -> list[tuple[str, str, Stretches]]:
        """When each agent was paused, about one KPI and then about all others (""), up to now."""
        found = []
        for agent, pauses in self._of_agent.items():
            facts = [pause_facts(one) for one in pauses]
            for kpi in sorted(
                {one.kpi for one in facts}, reverse=True
            ):  # "" comes last: any KPI not named before
                stretches = self._until_now(one for one in facts if one.kpi in ("", kpi))
                if stretches:
                    found.append((agent, kpi, stretches))
        return found

    def _until_now(self, pauses: Iterable[PauseFacts]) -> Stretches:
        whole = joined(sorted(pauses, key=lambda one: one.since))
        return [(since, min(until, self.now)) for since, until in whole if since < self.now][-STRETCHES:]

    def _latest(self) -> Case:
        """Before which moment a step has to be due in order to be late: now, less what pauses took of its time."""
        return Case(
            *(
                When(_is_of_run(agent, kpi), then=_latest(stretches, self.now))
                for agent, kpi, stretches in self._stretches
            ),
            default=Value(self.now),
            output_field=BigIntegerField(),
        )


def _is_of_run(agent: str, kpi: str) -> Q:
    """Whether the run that is asked about is of this agent, and about this KPI where one is given."""
    pairs = [("agent", agent), *([("kpi", kpi)] if kpi else [])]
    return Q(*(Exact(Value(name, CharField()), OuterRef(column)) for column, name in pairs))


def _latest(stretches: Stretches, now: int) -> Case:
    """The same of one agent and KPI: from the newest pause back, each takes its length of all that was known before."""
    latest, arms = now, []
    for since, until in reversed(stretches):
        arms.append(When(known__gte=until, then=Value(latest)))
        # Known in the midst of a pause: its time began when that was over.
        arms.append(When(known__gte=since, then=F("known") + Value(latest - until, BigIntegerField())))
        latest -= until - since
    return Case(*arms, default=Value(latest), output_field=BigIntegerField())
