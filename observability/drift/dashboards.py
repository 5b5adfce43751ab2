"""Dashboards that Grafana has, seen from a release: what is missing, extra, edited, or only not loaded yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from observability.drift.candidates import Candidate
from observability.drift.client import MonitoringServer, Refused
from observability.drift.findings import Difference, Kind, Place

FOLDER: Final = "grafana/"
AT_ONCE: Final = 8
MOST: Final = 5000
"""Dashboards that a search answers."""
OF_THE_SERVER: Final = frozenset({"id", "version", "iteration", "gnetId"})
"""What Grafana counts up by itself, and nobody writes."""
Dashboards = dict[str, list[dict[str, Any]]]
"""Every form of a dashboard by its uid."""


def dashboards_in(files: Mapping[str, str]) -> Dashboards:
    """The dashboards of an export: classic ones, and those of the second form. Raises ValueError."""
    found: Dashboards = {}
    for path, text in files.items():
        if not (path.startswith(FOLDER) and path.endswith(".json")):
            continue
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} is no JSON") from error
        if not isinstance(data, dict):
            continue
        if isinstance(spec := data.get("spec"), dict):
            found.setdefault(str(data.get("metadata", {}).get("name")), []).append(spec)
        elif "uid" in data:
            found.setdefault(str(data["uid"]), []).append(data)
    return found


@dataclass(frozen=True, slots=True)
class LoadedDashboards:
    """What Grafana has: of each dashboard that there should be, and the uids of all others of ours."""

    wanted: Mapping[str, dict[str, Any] | None]
    others: Sequence[str]


def loaded_dashboards(wanted: Dashboards, server: MonitoringServer) -> LoadedDashboards:
    """Ask Grafana for every one. Raises CannotLook."""
    others = [uid for uid in _ours(wanted, server) if uid not in wanted]
    # After a first answer: threads of a pool are waited for when the program ends.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(wanted, pool.map(partial(_loaded, server), wanted), strict=True))
    return LoadedDashboards(found, others)


def compare_dashboards(
    wanted: Dashboards, loaded: LoadedDashboards, candidates: Callable[[], Iterable[Candidate]]
) -> list[Difference]:
    """Everything that differs; ``candidates`` is asked only where something does."""
    changed = {
        uid: found
        for uid, found in loaded.wanted.items()
        if found is None or not any(is_same(found, form) for form in wanted[uid])
    }
    if not changed and not loaded.others:
        return []
    origins = [(one, dashboards_in(one.files)) for one in candidates()]
    return [
        *(_judged(uid, there, wanted[uid], origins) for uid, there in changed.items()),
        *(_left_over(uid, origins) for uid in loaded.others),
    ]


def _left_over(uid: str, origins: Sequence[tuple[Candidate, Dashboards]]) -> Difference:
    for one, forms in origins:
        if uid in forms and not one.edited:
            detail = f"It is from an earlier export: {one.name} has it."
            return Difference(Place.GRAFANA, Kind.NOT_LOADED, "dashboard", uid, detail=detail)
    return Difference(Place.GRAFANA, Kind.EXTRA, "dashboard", uid)


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two dashboards are the same but for what Grafana counts by itself."""
    return bool(_plain(one) == _plain(other))


def _plain(data: Mapping[str, Any]) -> Any:
    return _without_nulls({name: value for name, value in data.items() if name not in OF_THE_SERVER})


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _loaded(server: MonitoringServer, uid: str) -> dict[str, Any] | None:
    path = f"/api/dashboards/uid/{quote(uid, safe='')}"
    try:
        answer = server.get_json(path)
    except Refused as refused:
        if refused.status == 404:
            return None
        raise
    found = answer.get("dashboard") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise server.trouble(f"what it answers to {path} is no dashboard")
    return found


def _ours(wanted: Dashboards, server: MonitoringServer) -> list[str]:
    """The uid of every dashboard that has the tag which all of ours have."""
    tags = [set(map(str, form.get("tags") or ())) for forms in wanted.values() for form in forms]
    shared = sorted(set.intersection(*tags)) if tags else []
    if not shared:
        return []
    path = "/api/search"
    answer = server.get_json(path, type="dash-db", tag=shared[0], limit=str(MOST))
    try:
        return [str(row["uid"]) for row in answer]
    except (TypeError, KeyError, AttributeError) as error:
        raise server.trouble(f"what it answers to {path} is no list of dashboards") from error


def _judged(
    uid: str,
    there: dict[str, Any] | None,
    wanted: Sequence[dict[str, Any]],
    origins: Sequence[tuple[Candidate, Dashboards]],
) -> Difference:
    if there is None:
        return Difference(Place.GRAFANA, Kind.MISSING, "dashboard", uid)
    parts = tuple(_other_parts(there, wanted[0]))
    for one, forms in origins:
        if not one.edited and any(is_same(there, form) for form in forms.get(uid, ())):
            kind = Kind.NOT_EXPORTED if one.is_directory else Kind.NOT_LOADED
            detail = f"It is from an earlier export: {one.name} has it like this."
            return Difference(Place.GRAFANA, kind, "dashboard", uid, parts=parts, detail=detail)
    return Difference(Place.GRAFANA, Kind.EDITED, "dashboard", uid, parts=parts)


def _other_parts(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    mine, theirs = _plain(one), _plain(other)
    return sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))
