"""What is late by SQL, which must be what conformance calls overdue."""

from random import Random

import pytest

from contracts.evaluation import micros
from protocols.models import Deviation, Pause, ProtocolRun, Step
from protocols.services.facts import facts_of, stored
from protocols.services.lateness import Lateness
from protocols.services.pausing import lift, pause
from protocols.services.sweeping import sweep
from telemetry.models import Subject
from tests.protocols.samples import MINUTE, NOW, opened

pytestmark = pytest.mark.django_db
AGENTS, KPIS = ("A", "B", "C"), ("hrv", "sleep")
SECOND, HOUR = 1_000_000, 3_600


def late(at) -> set[int]:
    runs = ProtocolRun.objects.open().filter(Lateness.at(at).runs())
    return set(runs.values_list("pk", flat=True))


def judged(at) -> set[int]:
    """The same by conformance, run by run."""
    found = facts_of(stored(ProtocolRun.objects.open().values_list("pk", flat=True)))
    return {pk for pk, facts in found.items() if any(one.rule == "RUN003" for one in facts.judged(at))}


def made_up(chance: Random, now: int) -> None:
    """Runs of the last two hours, their steps of any deadline, and pauses that overlap as they please."""
    person = Subject.objects.create(user_id="u-1")
    for _ in range(40):
        begun = now - chance.randrange(2 * HOUR) * SECOND
        run = ProtocolRun.objects.create(
            agent=chance.choice(AGENTS), kpi=chance.choice(KPIS), subject=person, severity=3, release=1,
            opened=begun - chance.randrange(60) * SECOND, recorded=begun, episode_ended=begun,
        )  # fmt: skip
        deadline = chance.choice([60, 600, HOUR, 90 * 60])
        Step.objects.create(
            run=run, number=1, name="look", severity=3, release=1, deadline=deadline, added=begun,
            due=begun + deadline * SECOND, state=chance.choice(["pending", "started"]),
        )  # fmt: skip
        Step.objects.create(run=run, number=2, name="rest", severity=3, release=1, added=begun)
    for _ in range(chance.randrange(12)):
        since = now - chance.randrange(3 * HOUR) * SECOND
        until = since + chance.randrange(1, HOUR) * SECOND
        lifted = chance.choice([None, since + chance.randrange(HOUR) * SECOND])
        Pause.objects.create(
            agent=chance.choice(AGENTS), kpi=chance.choice(("", *KPIS)), reason_code="planned", since=since,
            until=until, lifted=None if lifted is None or lifted > now else lifted, author_name="Ines",
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_sql_and_conformance_agree_whatever_was_paused(seed):
    now = micros(NOW)
    made_up(Random(seed), now)  # noqa: S311 - nothing secret
    for minutes in (0, 7, 45):
        at = now + minutes * 60 * SECOND
        assert late(at) == judged(at)
        lateness = Lateness.at(at)
        rows = Step.objects.select_related("run")
        assert {step.run_id for step in rows if lateness.by(step.run, step)} == late(at)


def test_to_the_microsecond(protocol, editor):
    run = opened(28)
    one = pause("NEUROS", reason_code="planned", minutes=30, user=editor, now=micros(NOW + 2 * MINUTE))
    lift(one.pk, user=editor, now=micros(NOW + 6 * MINUTE))
    due = micros(NOW + 9 * MINUTE)  # five minutes, and the four of the pause
    assert (late(due), late(due + 1)) == (set(), {run.pk})
    sweep(due + 1)
    assert [one.rule for one in Deviation.objects.all()] == ["RUN003"]


def test_a_pause_about_another_kpi_or_of_another_agent_takes_no_time(protocol):
    run = opened(28)
    common = {
        "reason_code": "planned",
        "since": micros(NOW),
        "until": micros(NOW + 60 * MINUTE),
        "author_name": "x",
    }
    for agent, kpi in (("NEUROS", "sleep_debt"), ("SOMNOS", "")):
        Pause.objects.create(agent=agent, kpi=kpi, **common)
    assert late(micros(NOW + 6 * MINUTE)) == {run.pk}
    Pause.objects.create(agent="NEUROS", kpi="hrv_rmssd", **common)
    assert late(micros(NOW + 6 * MINUTE)) == set()


def test_no_end_of_pauses_is_too_many_for_a_statement(protocol, django_assert_num_queries):
    run, now = opened(28), micros(NOW + 30 * MINUTE)
    Pause.objects.bulk_create(
        Pause(
            agent=agent, reason_code="planned", author_name="x", since=micros(NOW) + number * SECOND,
            until=micros(NOW) + number * SECOND + SECOND // 2,
        )
        for agent in ("NEUROS", *(f"a{number}" for number in range(20)))
        for number in range(350)
    )  # fmt: skip
    with django_assert_num_queries(2):
        assert late(now) == {run.pk}
