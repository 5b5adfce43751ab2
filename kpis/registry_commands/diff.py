"""``registry diff``: what changed between two registries and the agents beside them, in words."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.diff import ChangeClass, worst
from contracts.diffformats import DIFF_FORMATS, render_changes
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS
from kpis.registry_commands.base import Subcommand, subcommand, wants_colour
from kpis.registry_commands.sides import DATABASE, PLACES, USUAL, diff_sides, sides_at


@subcommand
class Diff(Subcommand):
    """Compares two registries, wherever they are."""

    name = "diff"
    help = "Say in words what changed from A to B. The exit code is 1 if anything did that counts."

    def add_arguments(self, parser: CommandParser) -> None:
        others = "".join(f", {place.word}:{place.metavar}" for place in PLACES.values())
        what = f"A registry file, a directory that holds agents/{others}, or {DATABASE} for the database"
        if USUAL:
            told = f"{what}; by default {USUAL[0]}."
            parser.add_argument("before", metavar="A", nargs="?", default=USUAL[0], help=told)
        else:
            parser.add_argument("before", metavar="A", help=f"{what}.")
        parser.add_argument(
            "after", metavar="B", nargs="?", default=DATABASE, help=f"The same; by default {DATABASE}."
        )
        parser.add_argument(
            "--format", choices=DIFF_FORMATS, default="text", help="How to report; text by default."
        )
        parser.add_argument(
            "--fail-on",
            choices=[str(kind) for kind in ChangeClass],
            default=str(ChangeClass.COSMETIC),
            help="The least change that makes the exit code 1; cosmetic, which is any, by default.",
        )

    def handle(self, command: BaseCommand, **options: Any) -> int:
        before, after = sides_at(options["before"], options["after"])
        changes = diff_sides(before, after)
        text = render_changes(changes, options["format"], color=wants_colour(command, options))
        command.stdout.write(text, ending="")
        most = worst(changes)
        counts = most is not None and most.rank >= ChangeClass(options["fail_on"]).rank
        return EXIT_FINDINGS if counts else EXIT_CLEAN
