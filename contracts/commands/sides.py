"""What can be compared and exported: files, and what the server's apps add by a word of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from contracts.commands.base import CannotRun
from contracts.commands.paths import file_limit
from contracts.diff import Change, diff_registries
from contracts.diffactions import diff_actions
from contracts.diffagents import diff_agents, diff_rosters
from contracts.documents import ActionsDocument, BindingsDocument, Loaded, RegistryDocument, RosterDocument
from contracts.findings import EXIT_USAGE, Finding, Level, Report
from contracts.formats import render
from contracts.loading import TreeError, load_tree
from contracts.release import ReleaseDocument, diff_releases
from contracts.releasefiles import with_units_in_use
from contracts.units import STANDARD_UNITS, UnitSpec
from contracts.yamltree import paused_gc

DATABASE = "db"
"""The word that stands for the working copy in the database; a file of this name is ``./db``."""


class Found(NamedTuple):
    """What is kept in a place: a release and its number."""

    document: ReleaseDocument
    release: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app keeps whole registries: ``release:3`` in a comparison, ``--release 3`` in an export.

    ``read`` takes what stands behind the word. It raises CannotRun or TreeError.
    """

    word: str
    metavar: str
    help: str
    read: Callable[[str], Found]


PLACES: dict[str, Place] = {}
"""Every app's places by their word."""
WORDS: dict[str, Callable[[], Side]] = {}
"""Words that stand for one side each: ``db`` where there is a database."""


class Memory(Protocol):
    """What a word's place knows of earlier comparisons with files."""

    def is_same(self, place: str) -> bool:
        """Whether the files there are known to say what the place says."""

    def stamp(self) -> str:
        """What changes whenever the place does."""

    def remember(self, place: str, stamp: str) -> None:
        """Note that there was no difference to the place as it was under this stamp."""


MEMORIES: dict[str, Memory] = {}
"""By the word: equal files need not be read again to be found equal."""
USUAL: list[str] = []
"""What a comparison begins with where nothing is said."""


class Side(NamedTuple):
    """One side of a comparison. ``bindings``, ``roster`` and ``actions`` are None where the place holds no such
    file.

    ``whole`` is everything that a release would hold, where the place has all of that.
    """

    registry: RegistryDocument
    bindings: Mapping[str, BindingsDocument] | None
    roster: RosterDocument | None
    whole: ReleaseDocument | None = None
    actions: ActionsDocument | None = None


def diff_sides(before: Side, after: Side) -> list[Change]:
    """What changed: the registry, and the roster, the bindings and the actions where both sides have them."""
    if before.whole and after.whole:
        return diff_releases(before.whole, after.whole)
    changes = diff_registries(before.registry, after.registry)
    if before.roster is not None and after.roster is not None:
        changes += diff_rosters(before.roster, after.roster)
    if before.bindings is not None and after.bindings is not None:
        changes += diff_agents(before.bindings, after.bindings, symbols_of(after.registry))
    if before.actions is not None and after.actions is not None:
        changes += diff_actions(before.actions, after.actions)
    return changes


def changes_between(before: str, after: str) -> list[Change]:
    """What changed from one place to the other. Raises what :func:`sides_at` does."""
    files = before if after in MEMORIES else after
    memory = MEMORIES.get(after if files == before else before)
    memory = memory if memory and files not in WORDS and Path(files).exists() else None
    if memory and memory.is_same(files):
        return []
    stamp = memory.stamp() if memory else ""
    with paused_gc():
        changes = diff_sides(*sides_at(before, after))
    if memory and not changes:
        memory.remember(files, stamp)
    return changes


def symbols_of(registry: RegistryDocument) -> dict[str, str]:
    """Each KPI's unit as it is written behind a number."""
    units = dict(STANDARD_UNITS) | {unit.code: unit.as_spec() for unit in registry.units}
    return {kpi.name: units[kpi.unit].symbol for kpi in registry.kpis if kpi.unit in units}


def sides_at(*places: str) -> list[Side]:
    """The registry of each file, of each tree or of each app's place, with the agents beside it.

    A file's units are read by the names that they have at the other place. Raises CannotRun unless there is exactly
    one registry and all of it can be read: a KPI or a binding that could not be would look as if it had been removed.
    """
    stored = {place: side for place in places if (side := _stored_at(place))}
    units = [unit.as_spec() for side in stored.values() for unit in side.registry.units]
    return [stored.get(place) or _side_in_files(place, units) for place in places]


def _stored_at(place: str) -> Side | None:
    """What is under one of the words for what is stored; None for files."""
    word, colon, name = place.partition(":")
    if colon and word in PLACES:
        return side_of(PLACES[word].read(name).document)
    return WORDS[place]() if place in WORDS else None


def side_of(document: ReleaseDocument) -> Side:
    """The side that holds everything a release would."""
    roster = document.roster if document.roster.agents else None
    actions = None if document.actions.is_empty else document.actions
    return Side(with_units_in_use(document.registry), document.bindings or None, roster, document, actions)


def _side_in_files(place: str, units: Collection[UnitSpec]) -> Side:
    if not Path(place).exists():
        raise TreeError(f"There is no file or directory {place}.{_what_else(place)}", EXIT_USAGE)
    tree = load_tree([place], max_bytes=file_limit(), units=units)
    broken = [one for one in tree.loaded if _errors(one.findings)]
    if broken:
        findings = [finding for one in broken for finding in _errors(one.findings)]
        texts = {source.file: source.text for one in broken for source in one.source.files}
        raise CannotRun(
            f"{place} cannot be compared.\n" + render(Report.of(findings, texts, texts=texts), "text")
        )
    documents = [one.document for one in tree.registries if one.document]
    if len(documents) != 1:
        raise CannotRun(
            f"{Path(place)} holds {len(documents) or 'no'} registries; a comparison needs exactly one. "
            "Of a registry in several files, one says what is true of the whole, and the others hold `kpis` alone."
        )
    found = {one.document.agent: one.document for one in tree.bindings if one.document}
    if len(found) < len(tree.bindings) or len(tree.rosters) > 1 or len(tree.catalogues) > 1:
        several: list[Loaded[Any]] = [*tree.bindings, *tree.rosters, *tree.catalogues]
        files = [one.source.file for one in several]
        raise CannotRun(
            f"Two of these files are about the same agents: {', '.join(files)}. Compare without one of them."
        )
    roster = next((one.document for one in tree.rosters if one.document), None)
    actions = next((one.document for one in tree.catalogues if one.document), None)
    return Side(documents[0], found or None, roster, actions=actions)


def _what_else(place: str) -> str:
    """The way out where a word was meant and not a path."""
    words = [*(f"{one.word}:{one.metavar}" for one in PLACES.values()), *WORDS]
    return f" There is also {', '.join(words)}." if words and "/" not in place else ""


def _errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.ERROR]
