"""Rows that a document keeps by their severity."""

from __future__ import annotations

from typing import Any

from contracts.severity import Severity
from rest.parameters import meant
from rest.problems import ErrorItem, Invalid

SEVERITIES = [str(severity) for severity in Severity]


def by_severity(rows: Any, name: str) -> dict[str, dict[str, Any]]:
    """The list ``name`` as a mapping. Raises Invalid where that would lose or mix up a row."""
    if not isinstance(rows, list):
        raise Invalid([ErrorItem("wrong_shape", f"`{name}` should be a list.", (name,))])
    found: dict[str, dict[str, Any]] = {}
    errors: list[ErrorItem] = []
    for index, row in enumerate(rows):
        severity = row.get("severity") if isinstance(row, dict) else None
        place = (name, index, "severity")
        if not isinstance(row, dict):
            errors.append(ErrorItem("wrong_shape", "A row should be an object.", place[:2]))
        elif severity not in SEVERITIES:
            hint = meant(str(severity), SEVERITIES) or "Use critical, warning or info."
            errors.append(ErrorItem("severity_unknown", "This is no severity.", place, hint))
        elif severity in found:
            errors.append(ErrorItem("severity_twice", "This severity is there already.", place, "Keep one."))
        else:
            found[severity] = {key: value for key, value in row.items() if key != "severity"}
    if errors:
        raise Invalid(errors)
    return found


def indexes(rows: Any) -> dict[Any, int]:
    """Where each severity stands in the list."""
    return {row["severity"]: index for index, row in enumerate(rows or ())}
