"""`manage.py copy_database`: from SQLite to PostgreSQL."""

from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections

from auren_admin.copying import NotCopied, copy

TARGET = "copy"
SCHEMES = ("postgres://", "postgresql://")
STOP = "Stop web servers, workers and the schedule first: what they write during and after this stays behind."


class Command(BaseCommand):
    help = f"Copies everything from SQLite into an empty PostgreSQL that `migrate` was run for. {STOP}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, metavar="URL", help="postgres://user@host:port/name")
        parser.add_argument("--no-input", action="store_true", help="they are stopped: do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_input"] and input(f"{STOP}\nAre they stopped? [y/N] ").strip().lower() not in (
            "y",
            "yes",
        ):
            raise CommandError("Nothing was copied.")
        self.connect(options["to"])
        try:
            total = copy("default", TARGET, self.stdout.write)
        except NotCopied as why:
            raise CommandError(str(why)) from why
        except DatabaseError as error:
            raise CommandError(f"Nothing was copied: {str(error).strip()}") from error
        finally:
            connections[TARGET].close()
            del connections[TARGET]
            del connections.settings[TARGET]
        self.stdout.write(
            f"{total:,} rows are copied, and the same in both. Start with DATABASE_URL set to the new one from now on, "
            "and with the same secret keys: the settings, and AUREN_DATA_DIR."
        )

    def connect(self, url: str) -> None:
        """Have the other database at hand, without a pool and without limits of time."""
        if not url.startswith(SCHEMES):  # it may hold a password: it is not said again
            raise CommandError("--to must name a PostgreSQL: postgres://user@host:port/name")
        try:
            config = environ.Env.db_url_config(url)
        except ValueError as error:
            raise CommandError("--to is no address of a database; is its port a number?") from error
        usual = {**connections.settings["default"], "CONN_HEALTH_CHECKS": False, "OPTIONS": {}}
        connections.settings[TARGET] = usual | config
