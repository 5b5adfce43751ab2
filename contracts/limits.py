"""How long texts and lists may be: one table for every door, and for the columns of the database.

A file that passes also imports, since the columns have the same limits. What is beyond one is refused where it is
read: see docs/limits.md, which a test holds to this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

FILE_MIB: Final = 32
"""How large a file may be that a command reads, unless AUREN_FILE_MAX_MIB says otherwise: it comes from who runs the
command, or from their pull request."""
MOST_MIB: Final = 1024
"""What that may be at most."""

KPI_LIMITS: Final = {
    "name": 120,
    "title": 200,
    "description": 10_000,
    "unit": 40,
    "category": 60,
    "prometheus_metric": 200,
    "owner": 120,
    "successor": 120,
    "missing_data": 20,
}
"""Characters, by field of a KPI."""
THRESHOLD_LIMITS: Final = {
    "condition": 200,
    "action": 120,
    "for_": 20,
    "keep_firing_for": 20,
    "recover_if": 200,
}
"""Characters, by field of a threshold."""
UNIT_LIMITS: Final = {
    "code": 40,
    "title": 80,
    "symbol": 20,
    "ucum": 40,
    "prometheus_suffix": 40,
    "grafana": 40,
    "base": 40,
}
"""Characters, by field of a unit."""
RULE_LIMITS: Final = {"field": 60, "pattern": 300}
"""Characters, by field of a validation rule."""
AGENT_LIMITS: Final = {
    "name": 40,
    "role": 200,
    "status": 10,
    "version": 20,
}
"""Characters, by field of an agent on the roster; ``version`` is that of its bindings file."""
BINDING_LIMITS: Final = {
    "role": 40,
    "guard": 500,
    "action": 120,
    "action_description": 2_000,
    "deadline": 20,
    "reason": 1_000,
}
"""Characters, by field of a binding, its actions and the hand-offs beside it."""
ACTION_KIND_LIMITS: Final = {
    "name": BINDING_LIMITS["action"],
    "title": 200,
    "description": BINDING_LIMITS["action_description"],
    "owner": 120,
}
"""Characters, by field of an action of the catalogue."""
VERSION: Final = 20
DATE: Final = 40
PREFIX: Final = 60
WORD: Final = 20
"""Of what may only be one of a few words."""
REASON: Final = 500
"""Why something was done: comments, messages of releases, notes of approvals."""
MOST_PEOPLE: Final = 1_000_000
"""People who alert one by one."""
MOST_ALERTS: Final = 10_000
"""Alerts per person per week that a noise budget may allow."""


class ListLimit(NamedTuple):
    """How many items, and of how many characters each where they are texts."""

    items: int
    each: int = 0


TEXTS: Final[Mapping[str, Mapping[str, int]]] = {
    "a KPI": KPI_LIMITS,
    "a threshold": THRESHOLD_LIMITS,
    "a unit": UNIT_LIMITS,
    "the Prometheus export": {"prefix": PREFIX},
    "a validation rule": RULE_LIMITS,
    "a registry": {"version": VERSION, "last_updated": DATE, "schema_version": VERSION},
    "an action": {
        "name": BINDING_LIMITS["action"],
        "description": BINDING_LIMITS["action_description"],
        "on": WORD,
        "deadline": BINDING_LIMITS["deadline"],
    },
    "timing": {key: THRESHOLD_LIMITS[key] for key in ("for_", "keep_firing_for", "recover_if")},
    "alerting": {
        "risk_if": THRESHOLD_LIMITS["condition"],
        "caution_if": THRESHOLD_LIMITS["condition"],
        "elevated_if": THRESHOLD_LIMITS["condition"],
        "caution_if_drop_pct": THRESHOLD_LIMITS["condition"],
        "condition": BINDING_LIMITS["guard"],
    },
    "a binding": {
        "key": KPI_LIMITS["name"],
        "role": BINDING_LIMITS["role"],
        "condition": BINDING_LIMITS["guard"],
    },
    "a hand-off": {
        "agent": AGENT_LIMITS["name"],
        "kpi": KPI_LIMITS["name"],
        "reason": BINDING_LIMITS["reason"],
    },
    "bindings": {"agent": AGENT_LIMITS["name"], "version": AGENT_LIMITS["version"]},
    "an agent": {"role": AGENT_LIMITS["role"], "status": WORD},
    "a roster": {"version": VERSION, "last_updated": DATE},
    "an action of the catalogue": {key: ACTION_KIND_LIMITS[key] for key in ("title", "description", "owner")},
    "a catalogue of actions": {"version": VERSION, "last_updated": DATE},
}
"""Characters, by what the documents call a thing and by its field."""
LISTS: Final[Mapping[str, Mapping[str, ListLimit]]] = {
    "a KPI": {"references": ListLimit(100, 1_000)},
    "the Prometheus export": {"labels": ListLimit(30, 100)},
    "a validation rule": {"allowed_values": ListLimit(500, 200)},
    "a registry": {
        "units": ListLimit(1_000),
        "kpis": ListLimit(20_000),
        "validation_rules": ListLimit(200),
    },
    "alerting": {"actions": ListLimit(100)},
    "collaboration": {
        "on_risk": ListLimit(100),
        "on_caution": ListLimit(100),
        "on_elevated": ListLimit(100),
    },
    "bindings": {"kpis_used": ListLimit(2_000)},
    "an agent": {"tags": ListLimit(50, 100)},
    "a roster": {"agents": ListLimit(2_000)},
    "an action of the catalogue": {"agents": ListLimit(2_000, AGENT_LIMITS["name"])},
    "a catalogue of actions": {"actions": ListLimit(5_000)},
}
"""Items, by what the documents call a thing and by its field."""
EXTRA_KEYS: Final = ListLimit(100, 20_000)
"""Keys that we do not model, of one thing; and the characters of what stands under each of them."""
EXTRA_KEY: Final = 200
"""Characters of such a key."""
RUN_LIMITS: Final = {
    "characters of a note, a reason or a comment": 2_000,
    "characters of why a deviation is judged so": 1_950,
    "bytes of evidence of one step, as JSON": 8 * 1024,
    "levels of evidence": 5,
    "steps of one run": 500,
    "agents that hand over to one another, one after the other": 8,
    "runs in one answer of an inbox": 100,
    "steps of one run in a list or an inbox, beside those its contract asks for": 100,
    "pauses of one agent at a time": 100,
}
"""What agents and people say and do about protocol runs."""
ROWS: Final[Mapping[str, int]] = {
    "KPIs": LISTS["a registry"]["kpis"].items,
    "units": LISTS["a registry"]["units"].items,
    "validation rules": LISTS["a registry"]["validation_rules"].items,
    "agents": LISTS["a roster"]["agents"].items,
    "catalogue actions": LISTS["a catalogue of actions"]["actions"].items,
    "channels": 100,
    "webhooks": 50,
    "waivers": 5_000,
    "usable tokens of one agent": 50,
    "usable tokens of services": 500,
}
"""Rows that there may be of each kind."""
