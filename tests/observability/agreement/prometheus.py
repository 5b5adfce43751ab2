"""The same lives through promtool: series as they are scraped, and the alerts that must fire at each step."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shutil import which
from typing import Any, Final

import yaml

from observability.alert_rules import PATH, alert_rule_files
from observability.options import ExportOptions
from observability.promql import selector
from tests.observability.agreement.lives import (
    AGENT,
    STEP,
    USER,
    Life,
    Told,
    bindings_of,
    document_of,
    kpi_name,
    told,
)

PROMTOOL: Final = which("promtool") or "promtool"
SECONDS: Final = "auren_series_last_observation_timestamp_seconds"
FIRES: Final = (
    'count by (alertname, measurement_source) (ALERTS{alertstate="firing",severity=~"critical|warning|info"})'
)


def disagreement(lives: list[Life], folder: Path, change: Callable[[str], str] = str) -> str:
    """What promtool says where Prometheus fires otherwise than the evaluator; "" where both agree.

    ``change`` is what is done to the rules first, to see that it is found.
    """
    document = document_of(lives)
    rules = change(alert_rule_files(document, ExportOptions())[PATH])
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    bindings = bindings_of(document)
    steps = max(life.steps for life in lives)
    all_told = [told(bindings[kpi_name(place)], life, steps) for place, life in enumerate(lives)]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": f"{STEP}s",
        "tests": [
            {
                "interval": f"{STEP}s",
                "input_series": [one for place, each in enumerate(all_told) for one in _series(place, each)],
                "promql_expr_test": _expectations(all_told),
            }
        ],
    }
    (folder / "test.yml").write_text(
        yaml.dump(test, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8"
    )
    done = subprocess.run(
        [PROMTOOL, "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else _report(done.stdout + done.stderr, lives, all_told)


def _report(output: str, lives: list[Life], all_told: list[Told]) -> str:
    """At which steps who fires otherwise, with their lives; all that promtool says where that cannot be read."""
    found = []
    places = set()
    for at, expected, got in re.findall(r"time: (\w+),\s+exp: (.*)\s+got: (.*)", output):
        other = set(re.findall(r"{[^}]*}", expected)) ^ set(re.findall(r"{[^}]*}", got))
        found.append(f"{at}: {sorted(other)}")
        places |= {int(place) for place in re.findall(r"AurenK(\d+)", str(other))}
    about = [
        f"{place}: {lives[place]}\n  fires: {[sorted(one) for one in all_told[place].firing]}"
        for place in sorted(places)[:5]
    ]
    return "\n".join([*found, *about]) or output


def _series(place: int, each: Told) -> Iterable[dict[str, str]]:
    kpi = kpi_name(place)
    person = {"agent": AGENT, "user_id": USER}
    for source in each.values:
        labels = person | {"measurement_source": source}
        yield _one(selector(f"auren_{kpi}_ms", **labels), each.values[source])
        yield _one(selector(SECONDS, kpi=kpi, **labels), each.heard[source])
    yield _one(selector("auren_binding_state", kpi=kpi, **person), each.state)
    yield _one(selector("auren_binding_open_severity", kpi=kpi, **person), each.open_severity)


def _one(name: str, values: Sequence[Any]) -> dict[str, str]:
    """A series as promtool reads it; what ceases to be scraped is marked stale, as Prometheus does."""
    written = []
    for place, value in enumerate(values):
        ceased = value is None and place and values[place - 1] is not None
        written.append(
            "stale"
            if ceased
            else "_"
            if value is None
            else f"{value:f}"
            if value != int(value)
            else str(int(value))
        )
    return {"series": name, "values": " ".join(written)}


def _expectations(all_told: list[Told]) -> list[dict[str, Any]]:
    found = []
    for step in range(len(all_told[0].firing)):
        firing = {pair for one in all_told for pair in one.firing[step]}
        found.append(
            {
                "expr": FIRES,
                "eval_time": f"{step * STEP}s",
                "exp_samples": [
                    {"labels": selector("", **_labels(name, source)), "value": 1}
                    for name, source in sorted(firing)
                ],
            }
        )
    return found


def _labels(name: str, source: str) -> dict[str, str]:
    return {"alertname": name} | ({"measurement_source": source} if source else {})
