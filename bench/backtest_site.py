"""``python -m bench.backtest_site OBSERVATIONS PEOPLE``: a history, and how long backtests of it take.

It is made in DATABASE_URL. Prints one line of JSON: seconds of each.
"""

from __future__ import annotations

import io
import json
import math
import random
import sys
from collections.abc import Iterator

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django has to be set up first
from django.db import connection, transaction  # noqa: E402

from bench.figures import seconds_of  # noqa: E402
from contracts.evaluation import START, Evaluator, Observed  # noqa: E402
from releases.services import publish  # noqa: E402
from telemetry.backtest.questions import DAY, Question, Wish, ask  # noqa: E402
from telemetry.backtest.running import run  # noqa: E402
from telemetry.models import Series, Subject  # noqa: E402

NOW = 1_800_000_000_000_000
DAYS = 29


def values(seed: int, count: int) -> Iterator[tuple[int, float]]:
    """One person's: when, and what."""
    chance = random.Random(seed)  # noqa: S311 - made-up values
    usual, step = chance.uniform(28, 60), DAYS * DAY // count
    for place in range(count):
        value = usual + 8 * math.sin(place / 40) + chance.gauss(0, 4)
        yield NOW - DAYS * DAY + place * step, round(value, 1)


def fill(observations: int, people: int) -> None:
    """A contract in production, and a history."""
    call_command("migrate", verbosity=0)
    call_command("registry", "import", "examples/auren", verbosity=0, stdout=io.StringIO())
    publish(author=None, message="First", author_name="bench", accepted="Known.")
    Subject.objects.bulk_create([Subject(user_id=f"u{number}") for number in range(people)])
    Series.objects.bulk_create(
        Series(
            kpi="hrv_rmssd",
            agent="NEUROS",
            subject_id=pk,
            source="band",
            value=0,
            at=NOW,
            received=NOW,
            changed=0,
        )
        for pk in Subject.objects.values_list("pk", flat=True)
    )
    sql = "INSERT INTO telemetry_observation (series_id, at, value, received) VALUES (%s, %s, %s, %s)"
    for pk in Series.objects.values_list("pk", flat=True):
        rows = [(pk, at, value, NOW) for at, value in values(pk, observations // people)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, rows)


def looked_at(question: Question, observations: int) -> float:
    """Seconds of one backtest, which looks at all of it."""
    found: list[int] = []
    taken = seconds_of(lambda: found.append(run([question])["answers"][0]["observations"]))
    assert found == [observations]  # noqa: S101 - a figure of something else would be none
    return taken


def bare(observations: int) -> float:
    """Seconds of the evaluator alone, by one contract, value by value."""
    question = ask(Wish("hrv_rmssd", "NEUROS", "< 28"), NOW)
    assert question.before is not None  # noqa: S101 - it is released
    contract = Evaluator(question.before)
    people = [
        [Observed(value, at) for at, value in values(seed, 1000)] for seed in range(observations // 1000)
    ]

    def go() -> None:
        for observed in people:
            memory = START
            for one in observed:
                memory, _ = contract.evaluate(memory, one)

    return seconds_of(go)


def main(observations: int, people: int) -> dict[str, float]:
    """All of it."""
    fill(observations, people)
    plain = ask(Wish("hrv_rmssd", "NEUROS", "< 28"), NOW)
    change = ask(Wish("hrv_rmssd", "NEUROS", "drop >= 10% over 7d", "warning"), NOW)
    return {
        "plain": looked_at(plain, observations),
        "change": looked_at(change, observations),
        "evaluator": bare(observations),
    }


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
