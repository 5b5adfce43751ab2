"""The bands of a binding: geometry from ``contracts.bands``, drawn by the same template as a KPI's."""

from contracts.agents import BindingSpec
from contracts.bands import Picture, watched_picture

WIDTH = 280
"""In pixels: it stands beside the triggers, where a KPI's page has more room."""


def binding_picture(binding: BindingSpec, symbol: str) -> Picture | None:
    """What makes the agent act, over what the registry says, on one axis; None where the KPI is unknown."""
    if binding.kpi is None:
        return None
    return watched_picture(binding.kpi, binding.triggers, binding.agent, symbol, WIDTH)
