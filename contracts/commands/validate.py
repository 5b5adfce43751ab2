"""``registry validate``: every rule over plain files, for people and for CI; no database."""

from argparse import ArgumentParser
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.commands.paths import file_limit
from contracts.commands.reporting import add_report_arguments, tell
from contracts.tree import validate_tree


@subcommand
class Validate(Subcommand):
    """Reads, checks, reports."""

    name = "validate"
    help = "Check the files of registry, bindings, roster and actions by every rule. Needs no database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="A file, or a directory that holds agents/."
        )
        parser.add_argument(
            "--changed-since",
            metavar="REV",
            help="Report only findings in files that git says have changed since this revision.",
        )
        add_report_arguments(parser)

    def handle(self, command: Console, **options: Any) -> int:
        report = validate_tree(
            options["paths"], changed_since=options["changed_since"], max_bytes=file_limit()
        )
        return tell(command, report, options)
