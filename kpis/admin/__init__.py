"""The registry in the browser."""

from kpis.admin import kpi, settings, unit

__all__ = ["kpi", "settings", "unit"]
