"""``registry validate``: every rule over plain files, for people and for CI; no database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.tree import validate_tree
from kpis.registry_commands.base import Subcommand, subcommand
from kpis.registry_commands.reporting import add_report_arguments, tell


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
            "--changed-since",
            metavar="REV",
            help="Report only findings in files that git says have changed since this revision.",
        )
        add_report_arguments(parser)

    def handle(self, command: BaseCommand, **options: Any) -> int:
        report = validate_tree(options["paths"], changed_since=options["changed_since"])
        return tell(command, report, options)
