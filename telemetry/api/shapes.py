"""Observations and their answer, for the description of the API."""

from __future__ import annotations

from typing import Any

from telemetry.bodies import MOST_ITEMS
from telemetry.models.series import NAME

_NAME: dict[str, Any] = {"type": "string", "maxLength": NAME}
_NULLABLE_TEXT = {"type": "string", "nullable": True}
OBSERVATION: dict[str, Any] = {
    "type": "object",
    "required": ["kpi", "value", "at", "user_id"],
    "additionalProperties": False,
    "properties": {
        "kpi": _NAME,
        "value": {"type": "number"},
        "at": {
            "type": "string",
            "format": "date-time",
            "description": "When it was measured, with its zone.",
        },
        "user_id": _NAME | {"minLength": 1, "description": "The person measured, by an id without meaning."},
        "measurement_source": _NAME | {"description": "What measured it, such as a kind of device."},
        "agent": _NAME | {"description": "Whose it is; only a token of a service needs to say."},
        "unit": _NAME | {"description": "Checked, never converted."},
        "context": {
            "type": "object",
            "maxProperties": 50,
            "additionalProperties": {
                "nullable": True,
                "oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}],
            },
            "description": "What the binding's guard asks.",
        },
        "id": _NAME | {"description": "The caller's own; not kept."},
    },
}
LIST = {"type": "array", "items": OBSERVATION, "minItems": 1, "maxItems": MOST_ITEMS}
OBSERVATIONS: dict[str, Any] = {
    "oneOf": [
        OBSERVATION,
        LIST,
        {
            "type": "object",
            "required": ["observations"],
            "additionalProperties": False,
            "properties": {"observations": LIST},
        },
    ]
}
_STATE = {"type": "string", "enum": ["normal", "info", "warning", "critical", "unknown"]}
_ACTION = {
    "type": "object",
    "properties": {"name": _NAME, "description": {"type": "string"}, "deadline": {"type": "string"}},
}
_HAND_OFF = {
    "type": "object",
    "properties": {"agent": _NAME, "reason": {"type": "string"}},
}
ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["release", "results", "errors", "states", "runs"],
    "properties": {
        "release": {"type": "integer", "description": "Production's number; 0 where nothing is published."},
        "results": {
            "type": "array",
            "items": {"type": "string"},
            "description": "In the order of what was sent: accepted, late, duplicate, corrected, or an error's code.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "index": {"type": "integer"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "pointer": {"type": "string"},
                    "hint": {"type": "string"},
                },
            },
        },
        "states": {
            "type": "array",
            "description": "Each binding and person that was reported of.",
            "items": {
                "type": "object",
                "properties": {
                    "agent": _NAME,
                    "kpi": _NAME,
                    "user_id": _NAME,
                    "state": _STATE,
                    "previous": _STATE,
                    "since": _NULLABLE_TEXT | {"format": "date-time"},
                    "reason": {"type": "string"},
                    "measurement_source": _NAME | {"description": "Which source speaks."},
                    "sources": {
                        "type": "array",
                        "description": "Where there are several: what each of them says.",
                        "items": {
                            "type": "object",
                            "properties": {
                                "measurement_source": _NAME,
                                "state": _STATE,
                                "since": _NULLABLE_TEXT | {"format": "date-time"},
                                "reason": {"type": "string"},
                                "counts": {"type": "boolean"},
                            },
                        },
                    },
                    "trigger": {
                        "type": "object",
                        "nullable": True,
                        "properties": {"severity": _STATE, "condition": {"type": "string"}},
                    },
                    "actions": {"type": "array", "items": _ACTION},
                    "hand_offs": {
                        "type": "array",
                        "items": _HAND_OFF,
                        "description": "Whom the agent asks for help in this state, and why.",
                    },
                    "release": {"type": "integer"},
                },
            },
        },
        "runs": {
            "type": "array",
            "description": "The runs that these observations opened: what the agent has to do now, see `runs/`.",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "agent": _NAME,
                    "kpi": _NAME,
                    "user_id": _NAME,
                    "severity": {"type": "string", "enum": ["info", "warning", "critical"]},
                    "opened": {"type": "string", "format": "date-time"},
                    "state": {"type": "string"},
                },
            },
        },
    },
}
