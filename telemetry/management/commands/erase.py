"""``manage.py erase USER``: delete everything that was measured of a person, and prove it."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from telemetry.erasure import NobodysId, erase, told


class Command(BaseCommand):
    """Says what was deleted and where it looked; exit code 1 where something is left."""

    help = "Deletes everything that was measured of a person, and looks for their id everywhere afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "user_id", metavar="USER", help="The person's id, as agents send it; - reads it from stdin."
        )
        parser.add_argument("--by", default="", help="Who asked for it; kept with the proof.")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        user_id = _from_stdin() if options["user_id"] == "-" else options["user_id"]
        try:
            done = erase(user_id, author_name=options["by"] or "manage.py")
        except NobodysId as error:
            raise CommandError(f"{error.message} Nobody was erased.", returncode=2) from None
        proof = told(done)
        if options["format"] == "json":
            self.stdout.write(json.dumps(proof))
        else:
            self.stdout.write("\n".join(done.lines()))
        if done.left:
            sys.exit(1)


def _from_stdin() -> str:
    """All of it but the line end that a terminal or ``echo`` puts after it: an id may hold others."""
    text = sys.stdin.readline() if sys.stdin.isatty() else sys.stdin.read()
    return text.removesuffix("\n").removesuffix("\r")
