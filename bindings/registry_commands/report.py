"""``registry report``: every rule over the database, kept as a validation report."""

from argparse import ArgumentParser
from typing import Any

from bindings.models.report import ValidationReport
from bindings.reports.judging import judge_all
from bindings.reports.keeping import as_report, entries_in, keep
from contracts.commands.base import Console, Subcommand, subcommand
from contracts.commands.reporting import add_report_arguments, tell


@subcommand
class Report(Subcommand):
    """Does in this process what "Validate now" does in the background."""

    name = "report"
    help = "Check everything in the database by every rule, keep the report, and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_report_arguments(parser)

    def handle(self, command: Console, **options: Any) -> int:
        kept = keep(judge_all(), trigger=ValidationReport.Trigger.CLI)
        code = tell(command, as_report(kept, entries_in(kept)), options)
        if options["format"] == "text" and kept.previous:
            told = f"{kept.count('new'):,} new, {kept.count('fixed'):,} fixed since the report before."
            command.stdout.write(told)
        return code
