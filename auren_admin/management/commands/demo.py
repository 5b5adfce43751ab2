"""`manage.py demo`: `up`, and some made-up people whose month is told and who live on."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from auren_admin.management.commands import up
from auren_admin.management.commands.simulate import add_options, plan_of


class Command(up.Command):
    help = (
        "Does what up does, and simulates people beside it: 30 days of history, and life from then on. "
        "Not in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        plan_of({**options, "url": self.address(options)})  # says what is wrong before anything is started
        super().handle(*args, **options)

    def companions(self, options: dict[str, Any]) -> Sequence[str]:
        users, days, speed = options["users"], options["days"], options["speed"]
        chosen = f"--url {self.address(options)} --users {users} --days {days} --speed {speed}"
        return (*super().companions(options), f"simulate {chosen}")

    def address(self, options: dict[str, Any]) -> str:
        """Where the simulated agents find the server."""
        host = up.reachable(options["host"])
        return f"http://{host}:{options['port']}"
