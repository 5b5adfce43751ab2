"""A change in one sentence: "hrv_rmssd critical: < 20 → < 25 ms"."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from contracts.decimals import plain
from contracts.findings import Path

LONGEST = 60
"""Texts longer than this are not repeated; that they changed is said."""

_NAMES = {
    "prometheus_metric": "Prometheus metric",
    "min": "minimum",
    "max": "maximum",
    "optimal": "optimum",
    "for": "hold time",
    "keep_firing_for": "keep firing for",
    "recover_if": "recovery condition",
    "missing_data": "missing data after",
    "ucum": "UCUM code",
    "grafana": "Grafana unit",
}


def changed_words(subject: str, path: Path, before: Any, after: Any, symbol: str) -> str:
    """Both values are there."""
    if path[0] == "risk_thresholds":
        return _threshold_words(subject, path, before, after, symbol)
    if isinstance(before, list) and isinstance(after, list) and _are_texts(before + after):
        return _list_words(subject, path, before, after)
    if isinstance(before, (Decimal, int)) and isinstance(after, (Decimal, int)):
        unit = f" {symbol}" if symbol and path[0] in ("absolute_range", "normal_range") else ""
        return f"{subject} {_place(path)}: {_shown(before)} → {_shown(after)}{unit}"
    if not _is_short(before) or not _is_short(after):
        return f"{subject}: {_place(path)} changed"
    return f"{subject}: {_place(path)} changed from {_shown(before)} to {_shown(after)}"


def added_words(subject: str, path: Path, before: Any, after: Any, symbol: str) -> str:
    """There was nothing before."""
    if path[0] == "risk_thresholds" and len(path) == 2:
        return f"{subject} {path[1]} added: {_threshold(after, symbol)}"
    unit = f" {symbol}" if symbol and isinstance(after, Decimal) else ""
    what = f"set to {_shown(after)}{unit}" if _is_short(after) else "added"
    return f"{subject}: {_place(path)} {what}"


def removed_words(subject: str, path: Path, before: Any, after: Any, symbol: str) -> str:
    """There is nothing any more."""
    if path[0] == "risk_thresholds" and len(path) == 2:
        return f"{subject} {path[1]} removed (was {_threshold(before, symbol)})"
    unit = f" {symbol}" if symbol and isinstance(before, Decimal) else ""
    was = f" (was {_shown(before)}{unit})" if _is_short(before) else ""
    return f"{subject}: {_place(path)} removed{was}"


def _threshold_words(subject: str, path: Path, before: Any, after: Any, symbol: str) -> str:
    severity, field = path[1], path[-1]
    if field == "condition":
        return f"{subject} {severity}: {before} → {_with_unit(str(after), symbol)}"
    if field == "recover_if":
        return f"{subject} {severity} recovery condition: {before} → {_with_unit(str(after), symbol)}"
    return f"{subject} {severity} {_place(path[2:])}: {_bare(before)} → {_bare(after)}"


def _threshold(threshold: dict[str, Any], symbol: str) -> str:
    condition = _with_unit(str(threshold["condition"]), symbol)
    action = threshold.get("action")
    return f"{condition}, {action}" if action else condition


def _with_unit(condition: str, symbol: str) -> str:
    # A change is told in per cent already.
    return f"{condition} {symbol}" if symbol and "over" not in condition else condition


def _list_words(subject: str, path: Path, before: list[Any], after: list[Any]) -> str:
    gained = [_shown(item) for item in after if item not in before and _is_short(item)]
    lost = [_shown(item) for item in before if item not in after and _is_short(item)]
    parts = [f"{', '.join(gained)} added"] * bool(gained) + [f"{', '.join(lost)} removed"] * bool(lost)
    if not parts:
        return f"{subject}: {_place(path)} changed"
    return f"{subject} {_place(path)}: {'; '.join(parts)}"


def _place(path: Path) -> str:
    """The path in words: "normal range minimum", "rule for unit"."""
    if path[0] == "validation_rules" and len(path) > 1:
        return f"validation rule for {path[1]}"
    if path[0] == "units" and len(path) > 1:
        return f"unit {path[1]}"
    steps = path[1:] if path[0] in ("risk_thresholds", "export_config") and len(path) > 1 else path
    return " ".join(_step(str(step)) for step in steps)


def _step(step: str) -> str:
    return _NAMES.get(step) or (step if step.startswith("x-") else step.replace("_", " "))


def _are_texts(items: list[Any]) -> bool:
    return all(isinstance(item, str) for item in items)


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST and "\n" not in value
    return not isinstance(value, (dict, list))


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    return f"“{value}”" if isinstance(value, str) and " " in value else str(value)


def _bare(value: Any) -> str:
    return _shown(value) if _is_short(value) else "…"
