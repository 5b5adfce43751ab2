"""``registry diff``: what changed between two registries, in words."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.diff import diff_registries
from contracts.diffformats import DIFF_FORMATS, render_changes
from contracts.documents import RegistryDocument
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, Finding, Level, Report
from contracts.formats import render
from contracts.loading import load_tree
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
        before, after = (registry_at(options[side]) for side in ("before", "after"))
        changes = diff_registries(before, after)
        text = render_changes(changes, options["format"], color=wants_colour(command, options))
        command.stdout.write(text, ending="")
        return EXIT_FINDINGS if changes else EXIT_CLEAN


def registry_at(place: str) -> RegistryDocument:
    """The registry of a file, of a tree or of the database.

    Raises CannotRun unless there is exactly one and all of it can be read: a KPI that could not be would look
    as if it had been removed.
    """
    if place == DATABASE:
        return registry_document()
    tree = load_tree([place])
    broken = [one for one in tree.registries or tree.unusable if _errors(one.findings)]
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
    return documents[0]


def _errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.ERROR]
