"""``registry rollback``: a channel goes back to an earlier release."""

from argparse import ArgumentParser
from typing import Any

from contracts.commands.base import CannotRun, Console, Subcommand, subcommand, wants_colour
from contracts.diffformats import render_changes
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS
from contracts.formats.printable import printable
from contracts.release import diff_releases
from releases.models import Channel, ChannelMove, Release
from releases.models.channel import PRODUCTION
from releases.registry_commands.people import add_person, person_of
from releases.registry_commands.places import channel_of, release_of
from releases.services import MoveRefused, roll_back


@subcommand
class Rollback(Subcommand):
    """Shows what that changes for those who follow the channel, then does it."""

    name = "rollback"
    help = "Move a channel back to an earlier release. Agents have it within a second."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "release",
            nargs="?",
            metavar="N",
            help="The release to go back to; by default the one the channel had before.",
        )
        parser.add_argument(
            "--channel", default=PRODUCTION, help=f"The channel to move; {PRODUCTION} by default."
        )
        parser.add_argument("--reason", default="", help="Why; needed, and kept with the move.")
        parser.add_argument("--dry-run", action="store_true", help="Only show what would change.")
        add_person(parser)

    def handle(self, command: Console, **options: Any) -> int:
        channel = channel_of(options["channel"])
        by, by_name = person_of(options)
        now = channel.release
        if now is None:
            raise CannotRun(f"The channel {channel} has no release yet, so there is nothing to go back from.")
        back = release_of(options["release"]) if options["release"] else before(channel, now)
        changes = diff_releases(now.as_document(), back.as_document())
        colour = wants_colour(command, options)
        command.stdout.write(render_changes(changes, "text", color=colour), ending="")
        moved = f"{channel}: release {now.number} → release {back.number}."
        if options["dry_run"]:
            command.stdout.write(printable(f"Would move {moved}"))
            return EXIT_CLEAN
        try:
            roll_back(
                channel=channel.name,
                release=back,
                by=by,
                by_name=by_name,
                reason=options["reason"],
                expected_revision=channel.revision,
            )
        except MoveRefused as refused:
            how = " Add --reason." if refused.code == "reason_missing" else ""
            command.stderr.write(printable(f"{refused.message}{how}"))
            return EXIT_FINDINGS
        command.stdout.write(printable(f"Moved {moved}"))
        return EXIT_CLEAN


def before(channel: Channel, now: Release) -> Release:
    """The newest earlier release that the channel ever pointed to. Raises CannotRun."""
    moves = channel.moves.filter(kind__in=ChannelMove.MOVES, after__number__lt=now.number).order_by(
        "-after__number"
    )
    found = moves.select_related("after").first()
    if found is None or found.after is None:
        raise CannotRun(f"The channel {channel} never had a release before {now.number}. Name one.")
    return found.after
