"""Options of the subcommands that tell findings, and how they tell them."""

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.commands.base import Console, wants_colour
from contracts.files import write_atomically
from contracts.findings import Level, Report
from contracts.formats import FORMATS, render
from contracts.formats.printable import printable
from contracts.formats.summary import summary


def add_report_arguments(parser: ArgumentParser) -> None:
    """How to tell them, where, and from which level on it is a failure."""
    parser.add_argument("--format", choices=FORMATS, default="text", help="How to report; text by default.")
    parser.add_argument(
        "--fail-on",
        choices=[str(level) for level in Level],
        default=str(Level.ERROR),
        help="The lowest level that makes the exit code 1; error by default.",
    )
    parser.add_argument(
        "--level",
        choices=[str(level) for level in Level],
        default=str(Level.NOTE),
        help="Show only findings at or above this level; all by default. The exit code looks at all of them.",
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="Write the report to this file instead of the screen."
    )


def tell(command: Console, report: Report, options: Mapping[str, Any]) -> int:
    """Print the report, or write it to a file and say so; the exit code. Raises OSError."""
    shown = report.at_least(Level(options["level"]))
    if options["output"]:
        write_atomically(options["output"], render(shown, options["format"]))
        command.stdout.write(printable(f"{summary(shown)} The report is in {options['output']}."))
    else:
        text = render(shown, options["format"], color=wants_colour(command, options))
        command.stdout.write(text, ending="")
    return report.exit_code(Level(options["fail_on"]))
