"""Matchers that several dashboards share, and how far one point of a picture looks back."""

from __future__ import annotations

from typing import Final

USER: Final = 'user_id=~"$user"'
SOURCE: Final = 'measurement_source=~"$source"'
AGENT: Final = 'agent=~"$agent"'
KPI: Final = 'kpi=~"$kpi"'
PERIOD: Final = "[$__rate_interval]"
"""At least four scrapes, which Grafana works out: only counters are ever rated over it."""
