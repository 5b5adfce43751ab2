"""A binding in the words of the API, and in those of its agent's file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bindings.models import Binding
from contracts.drops import OLDER_KEY, as_older_key
from contracts.findings import Path
from contracts.severity import BINDING_WORD, BINDING_WORDS, Severity
from rest.parameters import meant
from rest.problems import ErrorItem, Invalid
from rest.rows import SEVERITIES

TIMING = ("for", "keep_firing_for", "recover_if")


def binding_data(data: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The body as the file has it; ``kept`` are the parts of the stored row that no field shows.

    Raises Invalid where rows cannot be told apart.
    """
    alerting: dict[str, Any] = {**kept.get("alerting", {})}
    timing: dict[str, Any] = dict(kept.get("timing", {}))
    timed: set[str] = set()
    for key, row in triggers_by_key(data.get("triggers", [])).items():
        word = BINDING_WORD[Severity(row["severity"])]
        alerting[key] = row.get("condition", "")
        if key == OLDER_KEY and isinstance(alerting[key], str):
            alerting[key] = as_older_key(alerting[key])
        if word not in timed:  # two triggers of one severity share the timing of the first
            timed.add(word)
            unshown = {name: value for name, value in timing.pop(word, {}).items() if name not in TIMING}
            if said := unshown | {name: row[name] for name in TIMING if row.get(name)}:
                timing[word] = said
    alerting["timing"] = timing
    alerting["actions"] = _actions(data.get("actions", []), kept.get("actions", {}))
    guard = data.get("guard", "")
    in_alerting = bool(kept.get("guard_in_alerting"))
    alerting["condition"] = guard if in_alerting else ""
    return {
        **kept.get("binding", {}),
        "key": data.get("kpi"),
        "role": data.get("role", ""),
        "enabled": data.get("enabled", True),
        **({} if in_alerting else {"condition": guard}),
        "alerting": alerting,
    }


def triggers_by_key(rows: Any) -> dict[str, dict[str, Any]]:
    """The triggers by the file's key. Raises Invalid, naming each row that is none."""
    if not isinstance(rows, list):
        raise Invalid([ErrorItem("wrong_shape", "`triggers` should be a list.", ("triggers",))])
    found: dict[str, dict[str, Any]] = {}
    errors: list[ErrorItem] = []
    for index, row in enumerate(rows):
        place: Path = ("triggers", index)
        key = key_of(row)
        if not isinstance(row, dict):
            errors.append(ErrorItem("wrong_shape", "A trigger should be an object.", place))
        elif key is None:
            hint = meant(str(row.get("severity")), SEVERITIES)
            errors.append(ErrorItem("severity_unknown", "This is no severity.", (*place, "severity"), hint))
        elif not row.get("condition"):
            errors.append(ErrorItem("missing_key", "A trigger needs a condition.", (*place, "condition")))
        elif key in found:
            errors.append(
                ErrorItem("severity_twice", "This severity is there already.", (*place, "severity"))
            )
        else:
            found[key] = row
    if errors:
        raise Invalid(errors)
    return found


def key_of(row: Any) -> str | None:
    """The file's key for a trigger; None where the row is none."""
    severity = row.get("severity") if isinstance(row, dict) else None
    if severity not in SEVERITIES:
        return None
    if severity == Severity.WARNING and row.get("older_key") is True:
        return OLDER_KEY
    return f"{BINDING_WORD[Severity(severity)]}_if"


def _actions(rows: Any, kept: Mapping[Any, Any]) -> Any:
    """The actions with the file's word for a severity; anything else is left for the document to refuse."""
    if not isinstance(rows, list):
        return rows
    errors = [
        ErrorItem(
            "severity_unknown",
            "This is no severity.",
            ("actions", index, "on"),
            meant(str(row["on"]), SEVERITIES),
        )
        for index, row in enumerate(rows)
        if isinstance(row, dict) and row.get("on") and row["on"] not in SEVERITIES
    ]
    if errors:
        raise Invalid(errors)
    return [_action(row, kept) if isinstance(row, dict) else row for row in rows]


def _action(row: dict[str, Any], kept: Mapping[Any, Any]) -> dict[str, Any]:
    said = {key: value for key, value in row.items() if key != "extra"}
    if said.get("on"):
        said["on"] = BINDING_WORD[Severity(said["on"])]
    name = row.get("name")  # whatever it is: the document refuses what is no text
    before = kept.get((name, said.get("on") or ""), {}) if isinstance(name, str) else {}
    return {**before, **said}


def kept_of(binding: Binding) -> dict[str, Any]:
    """What of a stored binding no field shows, by the part of the file it stands in."""
    timing = dict(binding.extra.get("timing", {}))
    for row in binding.current_triggers():
        if row.extra:
            timing.setdefault(BINDING_WORD[Severity(row.severity)], row.timing())
    actions = {(row.name, row.as_data().get("on", "")): row.extra for row in binding.current_actions()}
    return {**binding.extra, "timing": timing, "actions": actions}


def place_of(data: Mapping[str, Any], index: int) -> Callable[[Path], Path]:
    """From a path within the agent's file, or within its binding at ``index``, to one of the body."""
    rows = data.get("triggers")
    keys = {key_of(row): position for position, row in enumerate(rows if isinstance(rows, list) else ())}

    def place(path: Path) -> Path:
        if path[:1] == ("kpis_used",):
            if path[1:2] != (index,):
                return ()
            path = path[2:]
        return _within(path, keys)

    return place


def _within(path: Path, keys: Mapping[str | None, int]) -> Path:
    match path:
        case ("key", *_):
            return ("kpi",)
        case ("condition", *_) | ("alerting", "condition", *_):
            return ("guard",)
        case ("alerting", "actions", *rest):
            return ("actions", *rest)
        case ("alerting", "timing", word, *rest) if severity := BINDING_WORDS.get(str(word)):
            row = keys.get(f"{BINDING_WORD[severity]}_if", keys.get(OLDER_KEY))
            return ("triggers",) if row is None else ("triggers", row, *rest)
        case ("alerting", key, *_) if key in keys:
            return ("triggers", keys[str(key)], "condition")
        case ("alerting", *_):
            return ("triggers",)
        case ("role" | "enabled" as name, *_):
            return (name,)
    return ()
