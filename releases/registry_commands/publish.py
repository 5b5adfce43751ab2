"""``registry publish``: the working copy becomes the next release."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from bindings.reports.entries import Entry
from contracts.commands.base import Console, Subcommand, subcommand, wants_colour
from contracts.diffformats import render_changes
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, Level, Report
from contracts.formats import render
from contracts.formats.printable import printable
from contracts.loading import TreeError
from contracts.rules.alerts import NOISE_UNKNOWN
from releases.models.channel import PRODUCTION
from releases.registry_commands.people import add_person, person_of
from releases.registry_commands.places import channel_of
from releases.services import Published, PublishPlan, PublishRefused, plan_publish, publish


@subcommand
class Publish(Subcommand):
    """Shows what changed and what the rules say, then does it."""

    name = "publish"
    help = "Publish the working copy as the next release, and move a channel to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "-m",
            "--message",
            default="",
            help="What changed and why, in one line, for everyone who follows it.",
        )
        parser.add_argument(
            "--channel", default=PRODUCTION, help=f"The channel to move; {PRODUCTION} by default."
        )
        parser.add_argument(
            "--accept-warnings",
            metavar="REASON",
            default="",
            help="Publish despite the rules’ warnings, and why; kept with the release.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Only show what would be published, and whether it could."
        )
        add_person(parser)

    def handle(self, command: Console, **options: Any) -> int:
        channel_of(options["channel"])
        author, author_name = person_of(options)
        if not options["message"].strip() and not options["dry_run"]:
            raise TreeError("Say what changed and why: -m MESSAGE.", EXIT_USAGE)
        plan = plan_publish(channel=options["channel"])
        if plan.is_empty:
            command.stdout.write(nothing_to_do(plan, options["channel"]))
            return EXIT_CLEAN
        colour = wants_colour(command, options)
        command.stdout.write(render_changes(plan.changes, "text", color=colour), ending="")
        for renaming in plan.renamings:
            command.stdout.write(str(renaming))
        command.stdout.write(said_of(plan.entries, colour), ending="")
        if options["dry_run"]:
            return self._foretell(command, plan, options)
        try:
            done = publish(
                author=author,
                author_name=author_name,
                message=options["message"],
                channel=options["channel"],
                accepted=options["accept_warnings"],
                digest=plan.digest,
            )
        except PublishRefused as refused:
            command.stderr.write(printable(way_out(refused)))
            return EXIT_FINDINGS
        command.stdout.write(printable(told(done, options["channel"])))
        return EXIT_CLEAN

    def _foretell(self, command: Console, plan: PublishPlan, options: dict[str, Any]) -> int:
        if plan.errors or (plan.warnings and not options["accept_warnings"].strip()):
            command.stdout.write("It would be refused.")
            return EXIT_FINDINGS
        command.stdout.write("It would be published. Nothing was done.")
        return EXIT_CLEAN


def said_of(entries: Sequence[Entry], colour: bool) -> str:
    """Errors and warnings as text; notes keep nobody from publishing. That noise is not known yet is said all
    the same: who publishes now should know it."""
    told = [entry for entry in entries if entry.level != str(Level.NOTE) or entry.rule == NOISE_UNKNOWN]
    findings = [entry.finding for entry in told if not entry.waived]
    return render(Report.of(findings), "text", color=colour) if findings else ""


def nothing_to_do(plan: PublishPlan, channel: str) -> str:
    """That the working copy is what the channel has."""
    on = f" as release {plan.before.number}" if plan.before else ""
    return f"Nothing to publish: {channel} has all of this{on}."


def way_out(refused: PublishRefused) -> str:
    """Why it was refused, and which option helps."""
    if refused.code == "warnings_not_accepted":
        return f"{refused.message} To publish all the same: --accept-warnings REASON."
    return str(refused.message)


def told(done: Published, channel: str) -> str:
    """What came of it."""
    number = done.release.number
    if done.waits:
        return f"Released as {number}. {done.waits}"
    if not done.moved:
        return f"Nothing to publish: {channel} has all of this as release {number}."
    if not done.created:
        return f"Moved {channel} to release {number}, which has all of this."
    return f"Published release {number} to {channel}."
