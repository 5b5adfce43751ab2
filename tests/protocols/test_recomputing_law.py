"""Whatever happens to runs, in whatever order: what is stored of them is what an offline check finds."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from django.db.models import Model, QuerySet

from contracts.evaluation import micros
from protocols.errors import RunError
from protocols.lifecycle import StepState
from protocols.models import Deviation, Pause, ProtocolRun, ReasonCode
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.pausing import lift, pause
from protocols.services.recomputing import compared
from protocols.services.reporting import Report, answer_hand_off, report_step, report_undeclared
from protocols.services.sweeping import sweep
from protocols.services.verdicts import Verdict, judge_deviation
from tests.protocols.samples import NOW, observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
STATES = [
    StepState.STARTED,
    StepState.DONE,
    StepState.DONE,
    StepState.DONE,
    StepState.FAILED,
    StepState.SKIPPED,
]
Row = TypeVar("Row", bound=Model)
PEOPLE = ("ann", "bob", "cat")


class Life:
    """Agents, people and readings that do anything at any time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - nothing secret
        self.now: datetime = NOW

    def step(self) -> None:
        self.now += timedelta(seconds=self.random.choice([0, 1, 20, 60, 200, 400, 1200]))
        often = [self.report, self.answer, self.sweep]
        does: list[Callable[[], object]] = [
            self.read,
            self.more,
            self.decide,
            self.halt,
            self.lift,
            self.judge,
        ]
        with suppress(RunError):  # an answer like any other
            self.random.choice([*often, *often, *does])()

    def one_of(self, rows: QuerySet[Row]) -> Row:
        """One of the newest."""
        found = list(rows.order_by("-pk")[:8])
        if not found:
            raise RunError("none", "There is none.")
        return self.random.choice(found)

    def run(self) -> ProtocolRun:
        return self.one_of(ProtocolRun.objects.all())

    def at(self, run: ProtocolRun) -> int | None:
        return self.random.choice(
            [None, None, self.random.randint(run.opened, max(run.opened, micros(self.now)))]
        )

    def read(self) -> None:
        value, back = self.random.choice([18, 24, 28, 29, 60, 60]), self.random.choice([0, 0, 0, 300, 4000])
        told(
            observation(value, at=self.now - timedelta(seconds=back), user_id=self.random.choice(PEOPLE)),
            now=self.now,
        )

    def report(self) -> None:
        run = self.run()
        report = Report(self.random.choice(STATES), self.at(run), "So it is.")
        number = self.random.randint(1, max(1, run.steps.count()))
        report_step(run.pk, number, report, agent=run.agent, now=micros(self.now))

    def more(self) -> None:
        run, hand_off = self.run(), self.random.random() < 0.5
        name = self.random.choice(["NEUROS", "SOMNOS", "CARDIOS"]) if hand_off else "call_doctor"
        report = Report(self.random.choice(STATES), self.at(run), "So it is.")
        report_undeclared(run.pk, name, report, agent=run.agent, now=micros(self.now), hand_off=hand_off)

    def answer(self) -> None:
        run = self.one_of(ProtocolRun.objects.filter(state="offered"))
        accept = self.random.random() < 0.7
        answer_hand_off(
            run.pk, accept=accept, words="So be it.", agent=run.agent, now=micros(self.now), at=self.at(run)
        )

    def decide(self) -> None:
        run = self.run()
        kind = self.random.choice([Kind.AGREE, Kind.OVERRIDE, Kind.OVERRIDE, Kind.OVERRIDE, Kind.TAKE_OVER])
        step = self.random.choice([0, 1, 2, 3])
        decide(run.pk, Decision(kind, step, ReasonCode.OTHER, "Yes."), user=None, now=micros(self.now))

    def halt(self) -> None:
        agent, kpi = self.random.choice(["NEUROS", "SOMNOS"]), self.random.choice(["", "hrv_rmssd"])
        minutes = self.random.choice([1, 5, 60])
        pause(agent, kpi=kpi, reason_code="other", minutes=minutes, user=None, now=micros(self.now))

    def lift(self) -> None:
        lift(self.one_of(Pause.objects.all()).pk, user=None, now=micros(self.now))

    def sweep(self) -> None:
        sweep(micros(self.now))

    def judge(self) -> None:
        one = self.one_of(Deviation.objects.all())
        judge_deviation(
            one.run_id, Verdict(one.place, one.rule, "better", "Yes."), user=None, now=micros(self.now)
        )


@pytest.mark.parametrize("seed", range(2))
def test_recomputed_is_what_is_stored(seed):
    life = Life(seed)
    for number in range(80):
        life.step()
        if number % 8 == 0:
            assert compared(micros(life.now)).differences == []
    assert compared(micros(life.now + timedelta(days=3))).differences == []
