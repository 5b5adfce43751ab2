"""``registry validate``: every rule over plain files, for people and for CI; no database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.files import write_atomically
from contracts.findings import Level
from contracts.formats import FORMATS, render
from contracts.formats.printable import printable
from contracts.formats.summary import summary
from contracts.tree import validate_tree
from kpis.registry_commands.base import Subcommand, subcommand, wants_colour


@subcommand
class Validate(Subcommand):
    """Reads, checks, reports."""

    name = "validate"
    help = "Check registry, bindings and roster files by every rule. Needs no database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="A file, or a directory that holds agents/."
        )
        parser.add_argument(
            "--format", choices=FORMATS, default="text", help="How to report; text by default."
        )
        parser.add_argument(
            "--fail-on",
            choices=[str(level) for level in Level],
            default=str(Level.ERROR),
            help="The lowest level that makes the exit code 1; error by default.",
        )
        parser.add_argument(
            "--changed-since",
            metavar="REV",
            help="Report only findings in files that git says have changed since this revision.",
        )
        parser.add_argument(
            "--output", metavar="FILE", type=Path, help="Write the report to this file instead of the screen."
        )

    def handle(self, command: BaseCommand, **options: Any) -> int:
        report = validate_tree(options["paths"], changed_since=options["changed_since"])
        if options["output"]:
            write_atomically(options["output"], render(report, options["format"]))
            command.stdout.write(printable(f"{summary(report)} The report is in {options['output']}."))
        else:
            text = render(report, options["format"], color=wants_colour(command, options))
            command.stdout.write(text, ending="")
        return report.exit_code(Level(options["fail_on"]))
