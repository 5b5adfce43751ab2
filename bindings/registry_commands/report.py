"""``registry report``: every rule over the database, kept as a validation report."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bindings.models.report import ValidationReport
from bindings.reports.judging import judge_all
from bindings.reports.keeping import as_report, entries_in, keep
from contracts.files import write_atomically
from contracts.findings import Level
from contracts.formats import FORMATS, render
from contracts.formats.printable import printable
from contracts.formats.summary import summary
from kpis.registry_commands.base import Subcommand, subcommand, wants_colour


@subcommand
class Report(Subcommand):
    """Does in this process what "Validate now" does in the background."""

    name = "report"
    help = "Check everything in the database by every rule, keep the report, and print it."

    def add_arguments(self, parser: CommandParser) -> None:
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
            "--output", metavar="FILE", type=Path, help="Write the report to this file instead of the screen."
        )

    def handle(self, command: BaseCommand, **options: Any) -> int:
        kept = keep(judge_all(), trigger=ValidationReport.Trigger.CLI)
        report = as_report(kept, entries_in(kept))
        if options["output"]:
            write_atomically(options["output"], render(report, options["format"]))
            command.stdout.write(printable(f"{summary(report)} The report is in {options['output']}."))
        else:
            text = render(report, options["format"], color=wants_colour(command, options))
            command.stdout.write(text, ending="")
        if options["format"] == "text" and kept.previous:
            told = f"{kept.count('new'):,} new, {kept.count('fixed'):,} fixed since the report before."
            command.stdout.write(told)
        return report.exit_code(Level(options["fail_on"]))
