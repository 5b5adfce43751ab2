"""Thirty days of made-up measurements for the pictures: the same ones every time, up to now."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from typing import Any

import orjson

from contracts.evaluation import SECOND
from contracts.watched import Definition
from telemetry import contracts_now, ingest

DAYS, EVERY_HOURS, PEOPLE = 30, 6, 9
HOUR, BATCH = 3600, 1000


def report_all() -> None:
    """Report for every agent what it watches, as it would itself."""
    now = time.time()
    for (agent, kpi), watched in sorted(contracts_now.current().watched.items()):
        items = sorted(values(watched.definition, f"{agent} {kpi}", now), key=lambda item: str(item["at"]))
        for start in range(0, len(items), BATCH):
            body = orjson.dumps(items[start : start + BATCH])
            ingest.report(body, agent=agent, now=int(now * SECOND))


def values(definition: Definition, seed: str, now: float) -> Iterator[dict[str, Any]]:
    """Each person goes up and down around a value of their own, and a few are worse for some days."""
    chance = random.Random(seed)  # noqa: S311 - made up, and the same every time
    normal, possible = definition.normal_range, definition.absolute_range
    low = float((normal and normal.min) or (possible and possible.min) or 10)
    high = float((normal and normal.max) or (possible and possible.max) or low + 50)
    middle = float((normal and normal.optimal) or (low + high) / 2)
    step = (high - low) / 4 or 1
    for person in range(PEOPLE):
        own, phase, ill = chance.gauss(0, 0.3), chance.random() * 6, chance.randrange(1, 40)
        for hour in range(0, DAYS * 24, EVERY_HOURS):
            day = hour / 24
            drop = -2.6 if person % 3 == 2 and ill <= day < ill + 3 else 0.0
            value = middle + step * (own + 0.6 * math.sin(day / 4 + phase) + chance.gauss(0, 0.3) + drop)
            if possible:
                value = max(value, float(possible.min if possible.min is not None else value))
                value = min(value, float(possible.max if possible.max is not None else value))
            at = now - (DAYS * 24 - hour - EVERY_HOURS) * HOUR - (person + 1) * 60
            yield {
                "kpi": definition.name,
                "value": round(value, 2),
                "at": contracts_now.iso(int(at * SECOND)),
                "user_id": f"made-up-{person}",
                "measurement_source": "wearable",
            }
