"""Whatever comes, in whatever order: runs are lawful, one an episode, and nothing but a RunError is ever raised."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from protocols.errors import RunError
from protocols.lifecycle import StepState
from protocols.models import Pause, ProtocolRun
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.pausing import lift, pause
from protocols.services.reporting import Report, answer_hand_off, report_step, report_undeclared
from protocols.services.sweeping import sweep
from telemetry import silence
from tests.protocols.run_worlds import AGENTS, CONTRACTS, MINUTE, World, check

pytestmark = pytest.mark.django_db
users = st.sampled_from(("u", "v"))
values = st.sampled_from((12.0, 18.0, 25.0, 28.0, 35.0, 38.0, 50.0, 60.0))
observed = st.tuples(users, values, st.integers(-3, 40), st.sampled_from(("band", "band", "band", "ring")))
newest = st.tuples(users, values, st.just(0), st.just("band"))
agents = st.sampled_from(AGENTS)
which = st.integers(0, 7)
words = st.sampled_from(("", "Because."))
moments = st.none() | st.integers(-20, 3)


class Runs(RuleBasedStateMachine):
    """Two people, agents that ask each other, people who have a say, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.world = World()
        self.in_force = self.world.in_force()
        self.in_force.__enter__()
        self.person = User.objects.create_user("ann")
        self.is_swept = True

    def teardown(self) -> None:
        self.in_force.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def run_of(self, place: int) -> ProtocolRun:
        """A run, or one that there is not."""
        rows = list(ProtocolRun.objects.order_by("-pk")[:8])
        return rows[place % len(rows)] if rows else ProtocolRun(pk=10**9, agent="A")

    def at(self, minutes: int | None) -> int | None:
        return None if minutes is None else self.world.now + minutes * MINUTE

    def tried(self, act: Callable[[], object]) -> None:
        """Nothing else is raised, and what is refused changes nothing."""
        with suppress(RunError), transaction.atomic():
            act()
        self.is_swept = False

    @initialize(value=values)
    def begin(self, value: float) -> None:
        self.world.send("A", ("u", value, 0, "band"), ("v", 25.0, 0, "band"))

    @rule(
        agent=agents,
        some=st.lists(newest, min_size=1, max_size=1) | st.lists(observed, min_size=1, max_size=5),
    )
    def send(self, agent: str, some: list[tuple[str, float, int, str]]) -> None:
        told = self.world.send(agent, *some)
        assert len({one["id"] for one in told}) == len(told)
        self.is_swept = False

    @rule(
        place=which, number=st.integers(1, 6), state=st.sampled_from(StepState), at=moments, note=words,
        agent=st.none() | agents, is_twice=st.booleans(),
    )  # fmt: skip
    def report(
        self, place: int, number: int, state: StepState, at: int | None, note: str, agent: str | None,
        is_twice: bool,
    ) -> None:  # fmt: skip
        run = self.run_of(place)
        report = Report(state, self.at(at), note, {"why": note} if note else {})
        for _ in range(1 + is_twice):
            self.tried(
                lambda: report_step(run.pk, number, report, agent=agent or run.agent, now=self.world.now)
            )

    @rule(
        place=which,
        name=st.sampled_from(("walk", "talk", *AGENTS)),
        state=st.sampled_from(StepState),
        at=moments,
    )
    def do_otherwise(self, place: int, name: str, state: StepState, at: int | None) -> None:
        run, report = self.run_of(place), Report(state, self.at(at), "It is better.")
        self.tried(
            lambda: report_undeclared(
                run.pk, name, report, agent=run.agent, now=self.world.now, hand_off=name in AGENTS
            )
        )

    @rule(place=which, accept=st.booleans(), words=words, at=moments)
    def answer(self, place: int, accept: bool, words: str, at: int | None) -> None:
        run = self.run_of(place)
        self.tried(
            lambda: answer_hand_off(
                run.pk, accept=accept, words=words, agent=run.agent, now=self.world.now, at=self.at(at)
            )
        )

    @rule(
        place=which, kind=st.sampled_from(Kind), step=st.integers(0, 4), reason=st.sampled_from(("", "known"))
    )
    def have_a_say(self, place: int, kind: Kind, step: int, reason: str) -> None:
        run, decision = self.run_of(place), Decision(kind, step, reason, "Said.", self.person)
        self.tried(lambda: decide(run.pk, decision, user=self.person, now=self.world.now))

    @rule(agent=agents, kpi=st.sampled_from(("", "hrv")))
    def pause(self, agent: str, kpi: str) -> None:
        now = self.world.now
        self.tried(lambda: pause(agent, kpi=kpi, reason_code="planned", minutes=30, user=None, now=now))

    @rule()
    def lift(self) -> None:
        newest = Pause.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
        self.tried(lambda: lift(newest, user=None, now=self.world.now))

    @rule(minutes=st.sampled_from((0, 1, 3, 7, 12, 31, 60 * 25)), is_job=st.booleans())
    def wait(self, minutes: int, is_job: bool) -> None:
        self.world.now += minutes * MINUTE
        if is_job:
            silence.let_time_pass(self.world.now)
        sweep(self.world.now)
        self.is_swept = True

    @rule(number=st.integers(0, len(CONTRACTS) - 1))
    def publish(self, number: int) -> None:
        note(f"publish {number}")
        self.world.released.append(number)
        silence.renew(self.world.now)
        self.is_swept = False

    @invariant()
    def all_is_lawful(self) -> None:
        check(self.world, is_swept=self.is_swept)


few = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_runs_are_lawful_whatever_comes():
    run_state_machine_as_test(Runs, settings=few)


@pytest.mark.slow
def test_runs_are_lawful_whatever_comes_very_often():
    run_state_machine_as_test(Runs, settings=settings(few, max_examples=250, stateful_step_count=40))
