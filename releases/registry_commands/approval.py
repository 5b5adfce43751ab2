"""``registry approval``: whether every channel asks for approval; for whoever runs the machine, also alone."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS
from contracts.formats.printable import printable
from releases.models import Channel
from releases.registry_commands.people import add_person, person_of
from releases.registry_commands.places import channel_of
from releases.services import (
    MoveRefused,
    approval_required,
    protect,
    relax_approval,
    require_approval,
    unprotect_alone,
)

ON = "on"


@subcommand
class Approval(Subcommand):
    """Shows it; with ``on`` or ``off`` changes it, and keeps that among the moves of each channel."""

    name = "approval"
    help = "Show or change which channels ask for a second person's approval."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", nargs="?", choices=(ON, "off"), help="Without it, it is only shown.")
        parser.add_argument(
            "--channel", default="", help="Only this channel's protection, not every channel."
        )
        parser.add_argument("--reason", default="", help="Why; kept among the moves. Needed for off.")
        add_person(parser)

    def handle(self, command: Console, **options: Any) -> int:
        by, by_name = person_of(options)
        name = options["channel"] and channel_of(options["channel"]).name
        said: dict[str, Any] = {"by": by, "by_name": by_name_of(by_name), "reason": options["reason"]}
        try:
            change(options["state"], name, said)
        except MoveRefused as refused:
            command.stderr.write(printable(str(refused.message)))
            return EXIT_FINDINGS
        command.stdout.write(printable(standing()))
        return EXIT_CLEAN


def by_name_of(person: str) -> str:
    """The name to keep: also the account of the machine, since whoever has that may name anybody."""
    try:
        return f"{person} ({getpass.getuser()})"
    except (OSError, KeyError):  # an account without a name, as containers have
        return person


def change(state: str | None, channel: str, said: dict[str, Any]) -> None:
    """Do what was asked. Raises MoveRefused."""
    if state is None:
        return
    if channel:
        (protect if state == ON else unprotect_alone)(channel=channel, **said)
    else:
        (require_approval if state == ON else relax_approval)(**said)


def standing() -> str:
    """Which channels ask for approval, in words."""
    if approval_required():
        return "Every channel asks for a second person's approval."
    names = ", ".join(Channel.objects.filter(is_protected=True).values_list("name", flat=True))
    return f"Protected channels ask for a second person's approval: {names or 'there are none'}."
