"""``manage.py registry``: the registry of KPIs as files, for people and for CI."""

import argparse
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.utils import DatabaseError

from contracts.findings import EXIT_NOT_RUN
from contracts.loading import TreeError
from kpis.registry_commands.base import CannotRun, Subcommand, subcommands
from rest.handling import Busy
from rest.storage import WAY_OUT, Failure, failure_of


class Command(BaseCommand):
    """Hands over to the subcommand and turns its answer into an exit code."""

    help = "Checks, compares, imports and exports the registry of KPIs."
    # Plain files are checked without a database and whatever the settings say.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own way to say it

    def add_arguments(self, parser: CommandParser) -> None:
        parsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="subcommand", required=True)
        for door in subcommands():
            child = parsers.add_parser(door.name, help=door.help, description=door.help)
            add_colour_options(child)
            door.add_arguments(child)
            child.set_defaults(door=door)

    def handle(self, *args: Any, **options: Any) -> None:
        door: Subcommand = options.pop("door")
        try:
            code = door.handle(self, **options)
            self.stdout.flush()
        except BrokenPipeError:
            # The reader (`| head`) has seen enough. Python would complain once more while it closes stdout:
            # https://docs.python.org/3/library/signal.html#note-on-sigpipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = EXIT_NOT_RUN
        except (CannotRun, TreeError, OSError, DatabaseError) as error:
            raise as_command_error(error) from error
        if code:
            sys.exit(code)


def as_command_error(error: Exception) -> CommandError:
    """What kept a subcommand from its work, as Django tells it, with our exit code."""
    if isinstance(error, TreeError):
        return CommandError(str(error), returncode=error.exit_code)
    if isinstance(error, OSError):
        told = f"{error.filename or 'A file'}: {error.strerror or error}."
    elif isinstance(error, Busy):
        told = str(error)
    elif failure := failure_of(error):
        way_out = WAY_OUT if failure is Failure.DAMAGED else "Make room on the disk."
        told = f"The database cannot be used: {str(error).strip()}. {way_out}"
    elif isinstance(error, DatabaseError):
        told = f"The database did not answer ({str(error).strip()}). Was `manage.py migrate` run?"
    else:
        told = str(error)
    return CommandError(told, returncode=EXIT_NOT_RUN)


def add_colour_options(parser: argparse.ArgumentParser) -> None:
    """Let Django's colour options stand behind the subcommand too, where people type them."""
    group = parser.add_mutually_exclusive_group()
    for option, what in (("--no-color", "Never colour the output."), ("--force-color", "Colour it always.")):
        group.add_argument(option, action="store_true", default=argparse.SUPPRESS, help=what)
