"""One look at everything: what a release gives, what was exported last, and what is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from contracts.export_folder import FileDifference, FileState, WantedPart, differences
from contracts.export_manifest import is_below, read_manifest
from contracts.release import ReleaseDocument
from contracts.roots import objection, read_at_most
from observability.drift.candidates import Candidate, directory, other_releases
from observability.drift.client import MonitoringServer, in_time
from observability.drift.dashboards import compare_dashboards, dashboards_in, loaded_dashboards
from observability.drift.findings import Difference, DriftReport, Kind, Place
from observability.drift.rule_comparison import compare_rules
from observability.drift.rules import MAX_FILE, groups_in, loaded_groups
from observability.export import export_files
from observability.options import ExportOptions

NAME = "observability"
FOLDERS = ("prometheus", "alertmanager", "grafana")
OF_FILES = {
    FileState.MISSING: Kind.MISSING,
    FileState.OUTDATED: Kind.NOT_EXPORTED,
    FileState.EDITED: Kind.EDITED,
    FileState.UNKNOWN: Kind.EDITED,
    FileState.LEFT_OVER: Kind.NOT_EXPORTED,
    FileState.LEFT_OVER_EDITED: Kind.EXTRA,
}
DETAILS = {
    FileState.OUTDATED: "It is as an earlier export wrote it.",
    FileState.UNKNOWN: "No export wrote it as it is.",
    FileState.LEFT_OVER: "It is left over from an earlier export.",
    FileState.LEFT_OVER_EDITED: "It is left over from an earlier export, and was edited by hand.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be compared: a release with the options of its export, a directory, a Prometheus, a Grafana."""

    document: ReleaseDocument
    options: ExportOptions
    root: Path | None = None
    prometheus: MonitoringServer | None = None
    grafana: MonitoringServer | None = None


def look(asked: Look) -> DriftReport:
    """Compare everything. Raises CannotLook, ManifestError, OSError or ValueError."""
    # In the format of the export: Mimir's ruler counts its failures under a name of its own.
    wanted = export_files(asked.document, asked.options)
    found: list[Difference] = []
    looked: list[str] = []
    states: list[FileDifference] = []
    if asked.root:
        states = differences(asked.root, WantedPart(NAME, FOLDERS, wanted), read_manifest(asked.root))
        found += [_of_file(one) for one in states]
        looked.append(f"{_counted(len(wanted), 'file')} in {asked.root}")
    candidates = cache(partial(_all_candidates, asked, states))
    if asked.prometheus:
        groups = groups_in(wanted)
        loaded = in_time(asked.prometheus, partial(loaded_groups, asked.prometheus))
        found += compare_rules(groups, loaded, candidates)
        rules = sum(len(group.rules) for group in groups.values())
        looked.append(f"{_counted(rules, 'rule')} in {asked.prometheus.name}")
    if asked.grafana:
        dashboards = dashboards_in(wanted)
        there = in_time(asked.grafana, partial(loaded_dashboards, dashboards, asked.grafana))
        found += compare_dashboards(dashboards, there, candidates)
        looked.append(f"{_counted(len(dashboards), 'dashboard')} in {asked.grafana.name}")
    return DriftReport(asked.options.release, tuple(looked), tuple(found))


def _of_file(one: FileDifference) -> Difference:
    return Difference(Place.FILES, OF_FILES[one.state], "file", one.path, detail=DETAILS.get(one.state, ""))


def _all_candidates(asked: Look, states: Iterable[FileDifference]) -> list[Candidate]:
    return [*_directory(asked.root, states), *other_releases(asked.options.release, asked.options)]


def _directory(root: Path | None, states: Iterable[FileDifference]) -> Iterator[Candidate]:
    """What lies in the directory, where that is not what the release gives."""
    states = list(states)
    if root and states:
        known = read_manifest(root).get(NAME)
        paths = {*(known.files if known else ()), *(one.path for one in states)}
        files = {path: text for path in sorted(paths) if (text := _text(root, path)) is not None}
        edited = (FileState.EDITED, FileState.UNKNOWN, FileState.LEFT_OVER_EDITED)
        yield directory(files, frozenset(one.path for one in states if one.state in edited))


def _text(root: Path, path: str) -> str | None:
    place = root / path
    if not is_below(path, FOLDERS) or objection(place, root):
        return None
    try:
        return read_at_most(place, MAX_FILE).decode(errors="replace")
    except FileNotFoundError:
        return None


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
