"""The witnesses as a test for promtool: Prometheus has to flip where the evaluator does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contracts.yamlwriter import write_yaml
from observability.alert_rule import AlertRule
from observability.promql import selector
from observability.proof.witnesses import Witnesses, sides

RULES: Final = "prometheus/rules/proof.yml"
"""The card's rules, in the folder that promtool runs in."""
RULE_FILES: Final = ["../rules/proof.yml"]
"""The same as its tests see it."""
LONGEST: Final = 7200
"""Seconds of a test that is evaluated every second; longer ones are evaluated every minute."""


def resolution_of(witnesses: Witnesses) -> int:
    """Seconds between two evaluations: 1, unless a length of time is too long for it or no whole minutes."""
    last = max((one.second for one in witnesses.times), default=0)
    whole = all(one.second % 60 == 0 for one in witnesses.times)
    return 60 if last > LONGEST and whole else 1


def witness_test(rule: AlertRule, witnesses: Witnesses) -> str:
    """A series for each value, and one that begins to be acted on and ends; asked just before and at each flip."""
    every = resolution_of(witnesses)
    begins = next((one.second for one in witnesses.times if one.fires), 0)
    last = max((one.second for one in witnesses.times), default=0)
    steps = last // every + 1
    tests = {
        "name": "witnesses",
        "interval": f"{every}s",
        "input_series": list(_series(rule, witnesses, every, steps)),
        "promql_expr_test": [
            *_value_tests(rule, witnesses, begins),
            *_time_tests(rule, witnesses, every),
        ],
    }
    return write_yaml({"rule_files": RULE_FILES, "evaluation_interval": f"{every}s", "tests": [tests]})


def _series(rule: AlertRule, witnesses: Witnesses, every: int, steps: int) -> Iterator[dict[str, str]]:
    for place, pair in enumerate(witnesses.values):
        for side, (value, _) in zip(("low", "high"), sides(pair), strict=True):
            yield _one(rule, f"{side} {place}", f"{value!r}x{steps}")
    if witnesses.inside is not None:
        end = next((one.end for one in witnesses.times if one.end is not None), None)
        if end is None or witnesses.outside is None:
            yield _one(rule, "time", f"{witnesses.inside!r}x{steps}")
        else:
            held = end // every
            yield _one(rule, "time", f"{witnesses.inside!r}x{held - 1} {witnesses.outside!r}x{steps - held}")


def _one(rule: AlertRule, person: str, values: str) -> dict[str, str]:
    labels = {"agent": rule.watched.agent, "measurement_source": "witness", "user_id": person}
    return {"series": selector(rule.watched.metric, **labels), "values": values}


def _value_tests(rule: AlertRule, witnesses: Witnesses, at: int) -> Iterator[dict[str, Any]]:
    for place, pair in enumerate(witnesses.values):
        for side, (_, fires) in zip(("low", "high"), sides(pair), strict=True):
            yield _asked(rule, f"{side} {place}", at, fires=fires)


def _time_tests(rule: AlertRule, witnesses: Witnesses, every: int) -> Iterator[dict[str, Any]]:
    for one in witnesses.times:
        if one.second >= every:
            yield _asked(rule, "time", one.second - every, fires=not one.fires)
        yield _asked(rule, "time", one.second, fires=one.fires)


def _asked(rule: AlertRule, person: str, second: int, *, fires: bool) -> dict[str, Any]:
    labels = {"agent": rule.watched.agent, "kpi": rule.watched.kpi, "user_id": person}
    alerts = selector("ALERTS", alertname=rule.name, alertstate="firing", **labels)
    samples = [{"labels": "{}", "value": 1}] if fires else []
    return {"expr": f"count({alerts})", "eval_time": f"{second}s", "exp_samples": samples}
