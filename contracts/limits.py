"""How long texts may be. The database's columns have the same limits, so that a file that passes also
imports."""

from __future__ import annotations

from typing import Final

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
