"""``registry diff``: what changed between two registries and the agents beside them, in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandParser

from contracts.diff import Change, diff_registries
from contracts.diffagents import diff_agents, diff_rosters
from contracts.diffformats import DIFF_FORMATS, render_changes
from contracts.documents import BindingsDocument, RegistryDocument, RosterDocument
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, Finding, Level, Report
from contracts.formats import render
from contracts.loading import load_tree
from contracts.units import STANDARD_UNITS
from kpis.importing import JOINED
from kpis.registry_commands.base import CannotRun, Subcommand, subcommand, wants_colour
from kpis.services import registry_document

DATABASE = "db"
"""The word that stands for the working copy in the database; a file of this name is ``./db``."""


@subcommand
class Diff(Subcommand):
    """Compares two registries, wherever they are."""

    name = "diff"
    help = "Say in words what changed from registry A to registry B. The exit code is 1 if anything did."

    def add_arguments(self, parser: CommandParser) -> None:
        what = f"A registry file, a directory that holds agents/, or {DATABASE} for the database."
        parser.add_argument("before", metavar="A", help=what)
        parser.add_argument("after", metavar="B", help=what)
        parser.add_argument(
            "--format", choices=DIFF_FORMATS, default="text", help="How to report; text by default."
        )

    def handle(self, command: BaseCommand, **options: Any) -> int:
        before, after = (side_at(options[side]) for side in ("before", "after"))
        changes = diff_sides(before, after)
        text = render_changes(changes, options["format"], color=wants_colour(command, options))
        command.stdout.write(text, ending="")
        return EXIT_FINDINGS if changes else EXIT_CLEAN


class Side(NamedTuple):
    """One side of a comparison. ``bindings`` and ``roster`` are None where the place holds no such file."""

    registry: RegistryDocument
    bindings: Mapping[str, BindingsDocument] | None
    roster: RosterDocument | None


def diff_sides(before: Side, after: Side) -> list[Change]:
    """What changed: the registry, and the roster and the bindings where both sides have them."""
    changes = diff_registries(before.registry, after.registry)
    if before.roster is not None and after.roster is not None:
        changes += diff_rosters(before.roster, after.roster)
    if before.bindings is not None and after.bindings is not None:
        changes += diff_agents(before.bindings, after.bindings, symbols_of(after.registry))
    return changes


def symbols_of(registry: RegistryDocument) -> dict[str, str]:
    """Each KPI's unit as it is written behind a number."""
    units = dict(STANDARD_UNITS) | {unit.code: unit.as_spec() for unit in registry.units}
    return {kpi.name: units[kpi.unit].symbol for kpi in registry.kpis if kpi.unit in units}


def side_at(place: str) -> Side:
    """The registry of a file, of a tree or of the database, with the agents beside it.

    Raises CannotRun unless there is exactly one registry and all of it can be read: a KPI or a binding that
    could not be would look as if it had been removed.
    """
    if place == DATABASE:
        bindings, roster = JOINED[0].stored() if JOINED else ({}, None)
        return Side(registry_document(), bindings or None, roster)
    tree = load_tree([place])
    broken = [one for one in tree.loaded if _errors(one.findings)]
    if broken:
        findings = [finding for one in broken for finding in _errors(one.findings)]
        texts = {one.source.file: one.source.text for one in broken}
        raise CannotRun(
            f"{place} cannot be compared.\n" + render(Report.of(findings, texts, texts=texts), "text")
        )
    documents = [one.document for one in tree.registries if one.document]
    if len(documents) != 1:
        raise CannotRun(
            f"{Path(place)} holds {len(documents) or 'no'} registries; a comparison needs exactly one."
        )
    found = {one.document.agent: one.document for one in tree.bindings if one.document}
    roster = next((one.document for one in tree.rosters if one.document), None)
    return Side(documents[0], found or None, roster)


def _errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.ERROR]
