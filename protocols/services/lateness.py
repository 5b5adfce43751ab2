"""Which steps of open runs are late now, asked of the database: as conformance has it, so without the time of pauses.

Conformance looks at one run and counts; a board cannot look at ten thousand. How much of its time a step was paused
depends on nothing but since when it could be known, so that of each paused agent a few moments say it for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.compiler import SQLCompiler

from contracts.evaluation import SECOND
from protocols.conformance import PauseFacts
from protocols.conformance.case import joined
from protocols.lifecycle import StepState
from protocols.models import Pause, ProtocolRun, Step
from protocols.services.facts import pause_facts, too_late_by

UNSETTLED: Final = (StepState.PENDING, StepState.STARTED)
STRETCHES: Final = 100
"""Of one agent and KPI, the newest that count: more pauses than anybody makes while a run is open, and as many as fit
into a statement."""
Stretches = tuple[tuple[int, int], ...]
Paused = tuple[tuple[str, str, Stretches], ...]
"""When each agent was paused, about one KPI, or about all others ("") after those."""


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
        known = ExpressionWrapper(F("due") - length, BigIntegerField())
        latest = _Latest(known, OuterRef("agent"), OuterRef("kpi"), self._stretches, self.now)
        return steps.filter(due__lt=latest)

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
    def _stretches(self) -> Paused:
        """When each agent was paused, about one KPI and then about all others (""), up to now."""
        found = []
        for agent, pauses in self._of_agent.items():
            facts = [pause_facts(one) for one in pauses]
            for kpi in sorted({one.kpi for one in facts}, reverse=True):  # "", any KPI, comes last
                stretches = self._until_now(one for one in facts if one.kpi in ("", kpi))
                if stretches:
                    found.append((agent, kpi, stretches))
        return tuple(found)

    def _until_now(self, pauses: Iterable[PauseFacts]) -> Stretches:
        whole = joined(sorted(pauses, key=lambda one: one.since))
        return tuple((since, min(until, self.now)) for since, until in whole if since < self.now)[-STRETCHES:]


class _Latest(Func):
    """Before which moment a step has to be due in order to be late: now, less what pauses took of its time.

    ``known`` is since when it could be known, ``agent`` and ``kpi`` are its run's. Written as SQL: put together of
    Django's expressions, some for each pause, it would take longer to say than to answer. The text has only numbers.
    """

    output_field = BigIntegerField()

    def __init__(
        self, known: Expression, agent: OuterRef, kpi: OuterRef, paused: Paused = (), now: int = 0
    ) -> None:
        super().__init__(known, agent, kpi)
        self.paused, self.now = paused, now

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **extra: Any
    ) -> tuple[str, list[Any]]:
        """A case for each agent and KPI."""
        known, agent, kpi = (compiler.compile(one) for one in self.get_source_expressions())
        sql, params = [], []
        for whose, about, stretches in self.paused:
            of_kpi = f" AND {kpi[0]} = %s" if about else ""
            sql.append(f"WHEN {agent[0]} = %s{of_kpi} THEN {_arms(known[0], stretches, self.now)}")
            params += [
                *agent[1],
                whose,
                *([*kpi[1], about] if about else []),
                *known[1] * (3 * len(stretches)),
            ]
        return f"CASE {' '.join(sql)} ELSE {self.now:d} END", params


def _arms(known: str, stretches: Stretches, now: int) -> str:
    """The same of one agent and KPI: from the newest pause back, each takes its length of all that was known before."""
    latest, arms = now, []
    for since, until in reversed(stretches):
        arms.append(f"WHEN {known} >= {until:d} THEN {latest:d}")
        # Known in the midst of a pause: its time began when that was over.
        arms.append(f"WHEN {known} >= {since:d} THEN {known} + {latest - until:d}")
        latest -= until - since
    return f"CASE {' '.join(arms)} ELSE {latest:d} END"
