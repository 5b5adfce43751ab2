"""A backtest in one sentence: how many people for how long, and only then how often.

Episodes alone mislead: a wider condition joins them, so that the agent acts on somebody twice as long and yet
"less often".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telemetry.backtest.episodes import SEVERITIES
from telemetry.backtest.words import counted, length, people

REACHED = {"critical": "critical", "warning": "in warning or worse", "info": "elevated or worse"}
"""What somebody would be at each severity."""
_COMPARED = ("people", "seconds", "episodes")


def summary(answer: Mapping[str, Any]) -> str:
    """Whom it would act on and for how long, at the worst severity at which anything changes."""
    if not answer["people"]:
        return "Nothing was measured in this time, so nothing can be said."
    for severity in SEVERITIES:
        was, now = (answer[name]["severities"][severity] for name in ("as_is", "as_would_be"))
        if any(was[key] != now[key] for key in _COMPARED):
            return _changed(was, now, REACHED[severity]) + _apart(answer)
    if not answer["as_would_be"]["people"]:
        return "It would act on nobody, as now."
    whom = people(answer["as_would_be"]["people"])
    return f"It would act on {whom} for as long and as often as now.{_apart(answer)}"


def _changed(was: Mapping[str, Any], now: Mapping[str, Any], reached: str) -> str:
    if not now["people"]:
        told = f"{people(was['people'])} {_are(was)}, for {length(was['seconds'])} ({_times(was)})"
        return f"Nobody would be {reached} any more; now {told}."
    if not was["people"]:
        told = f"for {length(now['seconds'])} ({_times(now)})"
        return f"{people(now['people'])} would be {reached} {told}; now nobody is."
    same = was["people"] == now["people"]
    who = f"{people(now['people'])} would be {reached}{', as now' if same else _instead(was['people'])}"
    return f"{who}, {_time(was['seconds'], now['seconds'])}: {_often(was, now)}."


def _time(was: int, now: int) -> str:
    if was == now:
        return f"for {length(now)}, as now"
    if length(was) == length(now):  # the two largest units do not show it
        return f"for {length(now)}, {length(abs(now - was))} {'more' if now > was else 'less'} than now"
    return f"for {length(now)}{_instead(length(was))}"


def _often(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if was["episodes"] == now["episodes"]:
        return f"{_times(now)}, as now"
    often = f"{_times(now)}{_instead(was['episodes'])}"
    if now["episodes"] < was["episodes"] and now["seconds"] > was["seconds"]:
        return f"{often}, fewer but longer"
    if now["episodes"] > was["episodes"] and now["seconds"] < was["seconds"]:
        return f"{often}, more but shorter"
    return often


def _apart(answer: Mapping[str, Any]) -> str:
    """What the sums do not show: that it is longer for some and shorter for others."""
    longer, shorter = answer["longer"], answer["shorter"]
    return f" Longer for {people(longer)}, shorter for {people(shorter)}." if longer and shorter else ""


def _instead(of: int | str) -> str:
    return f" instead of {of:,}" if isinstance(of, int) else f" instead of {of}"


def _times(side: Mapping[str, Any]) -> str:
    return counted(side["episodes"], "time")


def _are(side: Mapping[str, Any]) -> str:
    return "is" if side["people"] == 1 else "are"
