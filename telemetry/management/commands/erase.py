"""``manage.py erase USER``: delete everything that was measured of a person, and prove it."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from telemetry.erasure import erase, told


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
        user_id = sys.stdin.readline().strip() if options["user_id"] == "-" else options["user_id"]
        done = erase(user_id, author_name=options["by"] or "manage.py")
        proof = told(done)
        if options["format"] == "json":
            self.stdout.write(json.dumps(proof))
        else:
            self.stdout.write("\n".join(done.lines()))
        if done.left:
            sys.exit(1)
