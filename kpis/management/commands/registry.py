"""``manage.py registry``: the registry of KPIs as files, for people and for CI."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.utils import DatabaseError

from contracts.commands.base import CannotRun, Subcommand, add_subcommands, reason, run
from contracts.findings import EXIT_NOT_RUN
from contracts.loading import TreeError
from kpis.registry_commands.base import subcommands
from rest.handling import Busy
from rest.storage import WAY_OUT, Failure, failure_of


class Command(BaseCommand):
    """Hands over to the subcommand and turns its answer into an exit code."""

    help = "Checks, compares, imports and exports the registry of KPIs."
    # Plain files are checked without a database and whatever the settings say.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own way to say it

    def add_arguments(self, parser: CommandParser) -> None:
        add_subcommands(parser, subcommands())

    def handle(self, *args: Any, **options: Any) -> None:
        door: Subcommand = options.pop("door")
        try:
            code = run(door, self, options)
        except (CannotRun, TreeError, OSError, DatabaseError) as error:
            raise as_command_error(error) from error
        if code:
            sys.exit(code)


def as_command_error(error: CannotRun | TreeError | OSError | DatabaseError) -> CommandError:
    """What kept a subcommand from its work, as Django tells it, with our exit code."""
    if not isinstance(error, DatabaseError):
        told, code = reason(error)
        return CommandError(told, returncode=code)
    if isinstance(error, Busy):
        told = str(error)
    elif failure := failure_of(error):
        way_out = WAY_OUT if failure is Failure.DAMAGED else "Make room on the disk."
        told = f"The database cannot be used: {str(error).strip()}. {way_out}"
    else:
        told = f"The database did not answer ({str(error).strip()}). Was `manage.py migrate` run?"
    return CommandError(told, returncode=EXIT_NOT_RUN)
