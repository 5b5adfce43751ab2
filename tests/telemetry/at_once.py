"""What many callers do at once, each thread with a connection of its own; run on both databases.

As a program (``python -m tests.telemetry.at_once``) it makes a database, does all of it and prints what came of it.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

THREADS = 16
USERS = [f"u{n}" for n in range(12)]


def alone(work: Callable[[int], Any], n: int) -> Any:
    """What this returns, done with a connection of its own."""
    from django.db import connections

    try:
        return work(n)
    finally:
        connections.close_all()


def at_once(work: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    """What each of many threads returned."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda n: alone(work, n), range(times)))


def same_observation() -> dict[str, int]:
    """The same one in 16 bodies; the words."""
    from tests.telemetry.samples import observation, results

    return dict(Counter(at_once(lambda n: results(observation(50, user_id="same", id=str(n)))[0])))


def same_body() -> int:
    """The very same body 16 times; how many different answers."""
    from tests.telemetry.samples import observation, told

    batch = [observation(18, user_id="body"), observation(-1, user_id="body")]
    return len({json.dumps(one) for one in at_once(lambda n: told(*batch))})


def mixed() -> list[str]:
    """Batches of the same people in every order, with people nobody knows yet; the words of all."""
    from telemetry.storage import forget_all
    from tests.telemetry.samples import MINUTE, NOW, observation, results

    def work(n: int) -> list[str]:
        chance = random.Random(n)  # noqa: S311 - no secret
        found: list[str] = []
        for turn in range(6):
            at = NOW - (n * 10 + turn) * MINUTE
            people = [*USERS, f"new-{turn}-{n % 3}", f"other-{turn}-{n % 2}"]
            chance.shuffle(people)
            if chance.random() < 0.3:
                forget_all()  # as a process would that has not seen them yet
            batch = [observation(20 + n + turn, at, user_id=user) for user in people]
            found += results(*batch, observation(50, at, user_id=people[0], kpi="hrv_patient"))
        return found

    return [word for words in at_once(work) for word in words]


def ordered() -> list[int]:
    """One person's values, from many callers at once: the states, one after the other."""
    from telemetry.models import Transition
    from tests.telemetry.samples import MINUTE, NOW, observation, told

    def work(n: int) -> None:
        value = 18 if n % 2 else 50
        told(observation(value, NOW - (40 - n) * MINUTE, user_id="one", measurement_source=f"s{n % 4}"))

    at_once(work, 40)
    rows = Transition.objects.standing().filter(subject__user_id="one").order_by("source", "at", "pk")
    moves = list(rows.values_list("source", "before", "after"))
    for one, other in zip(moves, moves[1:], strict=False):
        assert one[0] != other[0] or one[2] == other[1], moves
    return [after for *_, after in moves]


def erased_meanwhile() -> set[str]:
    """A person who is deleted again and again while others report of them."""
    from django.db import transaction

    from telemetry.models import Observation, Series, Subject
    from telemetry.storage import hold
    from tests.telemetry.samples import MINUTE, NOW, observation, results

    def work(n: int) -> str:
        if n % 5 == 0:
            with transaction.atomic():
                ids = list(Subject.objects.filter(user_id="gone").values_list("pk", flat=True))
                hold(ids)
                series = list(Series.objects.filter(subject__in=ids).values_list("pk", flat=True))
                Observation.objects.filter(series__in=series).delete()
                Subject.objects.filter(pk__in=ids).delete()
            return "erased"
        return results(observation(50, NOW - n * MINUTE, user_id="gone"))[0]

    return set(at_once(work, 60))


def everything() -> dict[str, Any]:
    """All of it, and what is stored then."""
    from telemetry.models import Observation, Series, Standing, Subject, Tally

    found: dict[str, Any] = {"same observation": same_observation(), "same body": same_body()}
    words = Counter(mixed())
    found |= {"mixed": dict(words), "ordered": len(ordered()), "erased": sorted(erased_meanwhile())}
    series = Series.objects.filter(subject__user_id__in=["same", "body", *USERS])
    found["counts"] = {
        "same": Observation.objects.filter(series__subject__user_id="same").count(),
        "body": Observation.objects.filter(series__subject__user_id="body").count(),
        "people": Observation.objects.filter(series__in=series, series__kpi="hrv_rmssd").count(),
        "subjects": Subject.objects.count() - Subject.objects.values("user_id").distinct().count(),
        "standings": Standing.objects.filter(subject__user_id__in=USERS, kpi="hrv_rmssd").count(),
    }
    found["orphans"] = Observation.objects.exclude(series__in=Series.objects.all()).count()
    found["latest"] = [
        one.pk for one in Series.objects.all() if one.at != max(one.observations.values_list("at", flat=True))
    ]
    found["tallied"] = sum(
        Tally.objects.filter(what__in=["accepted", "late"], kpi="hrv_rmssd").values_list("count", flat=True)
    )
    return found


def main() -> None:
    """On a database of its own."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.telemetry.samples import publish_with_settings

    call_command("migrate", verbosity=0)
    publish_with_settings()
    sys.stdout.write(json.dumps(everything()))


if __name__ == "__main__":
    main()
