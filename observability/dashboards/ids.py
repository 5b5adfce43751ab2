"""Numbers of panels that follow from their keys, so that one more KPI changes no other panel's address."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from observability.dashboards.model import Dashboard


def panel_ids(dashboard: Dashboard) -> dict[str, int]:
    """An id for each panel and row by its key. Two keys are never given the same."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for key in _keys(dashboard):
        number = int.from_bytes(sha256(key.encode()).digest()[:4]) >> 1 or 1
        while number in taken:
            number += 1
        if key in found:
            raise ValueError(f"two panels of {dashboard.uid} have the key {key!r}")
        taken.add(number)
        found[key] = number
    return found


def _keys(dashboard: Dashboard) -> Iterator[str]:
    for row in dashboard.rows:
        yield row.key
        yield from (panel.key for panel in row.panels)
