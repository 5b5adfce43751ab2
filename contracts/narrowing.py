"""What differs between two large releases, with all that is needed to say so, and nothing else.

Whether a KPI or a binding is the same is asked of plain data, a hundred times as fast as of documents. What is left
of both gives the same changes as the whole of both (:func:`contracts.release.diff_releases`), and reaches the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from contracts.ordering import is_reordered
from contracts.release import EMPTY, ReleaseDocument, ReleaseError, read_data
from contracts.yamltree import paused_gc

Data = Mapping[str, Any]


def narrowed(before: str | bytes, after: str | bytes) -> tuple[ReleaseDocument, ReleaseDocument]:
    """Two canonical documents, as far as they differ; an empty text is an empty release. Raises ReleaseError."""
    with paused_gc():
        try:
            old, new = (json.loads(text or EMPTY.canonical()) for text in (before, after))
        except (ValueError, RecursionError) as error:
            raise ReleaseError(f"this is no release's document: {error}") from error
        with suppress(KeyError, TypeError, AttributeError):  # whoever reads it says what is wrong with it
            old, new = _narrowed(old, new)
        return read_data(old), read_data(new)


def _narrowed(old: Data, new: Data) -> tuple[Data, Data]:
    before, after = ({kpi["name"]: kpi for kpi in side["registry"]["kpis"]} for side in (old, new))
    if _settings(old) != _settings(new) or is_reordered(before, after):  # that concerns every KPI
        return old, new
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    kept: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for agent in {**old["bindings"], **new["bindings"]}:
        files = _rows(old["bindings"].get(agent), new["bindings"].get(agent), changed)
        for side, file in zip(kept, files, strict=True):
            if file is not None:
                side[agent] = file
    needed = changed | {row["key"] for side in kept for file in side.values() for row in file["kpis_used"]}
    return _with(old, kept[0], needed), _with(new, kept[1], needed)


def _settings(side: Data) -> Data:
    return {key: value for key, value in side["registry"].items() if key != "kpis"}


def _rows(old: Data | None, new: Data | None, changed: set[str]) -> tuple[Data | None, Data | None]:
    """An agent's bindings on both sides: those that differ, and those of KPIs that do."""
    if old is None or new is None:
        return old, new
    if old == new:
        rows = [row for row in old["kpis_used"] if row["key"] in changed]
        file = {**old, "kpis_used": rows} if rows else None
        return file, file
    before, after = ({row["key"]: row for row in side["kpis_used"]} for side in (old, new))
    other = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    if not other:  # their order may be all that differs
        return old, new
    wanted = other | changed
    a, b = (
        {**side, "kpis_used": [r for r in side["kpis_used"] if r["key"] in wanted]} for side in (old, new)
    )
    return a, b


def _with(side: Data, bindings: Data, kpis: set[str]) -> Data:
    registry = side["registry"]
    return {
        **side,
        "registry": {**registry, "kpis": [kpi for kpi in registry["kpis"] if kpi["name"] in kpis]},
        "bindings": bindings,
    }
