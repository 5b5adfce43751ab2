"""What every subcommand of ``manage.py registry`` is, and where an app puts its own.

An app adds subcommands by a module or package ``registry_commands`` that defines them; the command finds it
by Django's own ``autodiscover_modules`` (https://docs.djangoproject.com/en/5.2/ref/utils/), so that this app
need not know of the others.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import autodiscover_modules

_registered: dict[str, "Subcommand"] = {}


class CannotRun(Exception):
    """The command could not do its work at all; the message says why, for the person at the keyboard."""


class Subcommand(ABC):
    """One subcommand: parses its arguments, makes one call, answers with an exit code.

    Exit codes are those of ``contracts.findings``: 0 clean, 1 findings or differences, 2 wrong usage,
    3 could not run.
    """

    name: ClassVar[str]
    help: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:  # noqa: B027 - a subcommand may have none
        """Declare what stands behind the name on the command line."""

    @abstractmethod
    def handle(self, command: BaseCommand, **options: Any) -> int:
        """Do it, writing to ``command.stdout`` and ``command.stderr``; return the exit code.

        Raises CannotRun or TreeError, and OSError where a file cannot be read or written.
        """


S = TypeVar("S", bound=type[Subcommand])


def subcommand(cls: S) -> S:
    """Make a class a subcommand of ``manage.py registry``. Raises ValueError when its name is taken."""
    if type(_registered.setdefault(cls.name, cls())) is not cls:
        raise ValueError(f"there is already a subcommand {cls.name}")
    return cls


def subcommands() -> list[Subcommand]:
    """Every installed app's subcommands, in the order of their names."""
    autodiscover_modules("registry_commands")
    return [_registered[name] for name in sorted(_registered)]


def wants_colour(command: BaseCommand, options: Mapping[str, Any]) -> bool:
    """Whether to colour what goes to ``command.stdout``: a terminal, unless told otherwise.

    A non-empty ``NO_COLOR`` means no (https://no-color.org); an option on the command line comes first.
    """
    if options["force_color"] or options["no_color"]:
        return bool(options["force_color"])
    return command.stdout.isatty() and not os.environ.get("NO_COLOR")
