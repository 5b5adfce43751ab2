"""``registry diff``: what changed between two registries and the agents beside them, in words."""

from argparse import ArgumentParser
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand, wants_colour
from contracts.commands.sides import PLACES, USUAL, WORDS, changes_between
from contracts.diff import ChangeClass, worst
from contracts.diffformats import DIFF_FORMATS, render_changes
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS


@subcommand
class Diff(Subcommand):
    """Compares two registries, wherever they are."""

    name = "diff"
    help = "Say in words what changed from A to B. The exit code is 1 if anything did that counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        others = [f"{place.word}:{place.metavar}" for place in PLACES.values()]
        others += [f"{word} for the database" for word in WORDS]
        what = "A registry file, or a directory that holds agents/" + "".join(f", or {one}" for one in others)
        for dest, metavar, usual in (("before", "A", USUAL), ("after", "B", list(WORDS))):
            told = f"{what if metavar == 'A' else 'The same'}{f'; by default {usual[0]}' if usual else ''}."
            parser.add_argument(
                dest,
                metavar=metavar,
                nargs="?" if usual else None,
                default=usual[0] if usual else None,
                help=told,
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

    def handle(self, command: Console, **options: Any) -> int:
        changes = changes_between(options["before"], options["after"])
        text = render_changes(changes, options["format"], color=wants_colour(command, options))
        command.stdout.write(text, ending="")
        most = worst(changes)
        counts = most is not None and most.rank >= ChangeClass(options["fail_on"]).rank
        return EXIT_FINDINGS if counts else EXIT_CLEAN
