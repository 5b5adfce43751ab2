"""What every subcommand of ``auren-registry`` and ``manage.py registry`` is."""

import argparse
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from contracts.findings import EXIT_NOT_RUN
from contracts.loading import TreeError

_registered: dict[str, "Subcommand"] = {}


class CannotRun(Exception):
    """The command could not do its work at all; the message says why, for the person at the keyboard."""


class Stream(Protocol):
    """Where a command writes lines; Django's ``OutputWrapper`` is one."""

    def write(self, msg: str = "", *, ending: str | None = None) -> object:
        """Write a message, with a line end behind it unless ``ending`` says otherwise."""

    def isatty(self) -> bool:
        """Whether a person reads it on a terminal."""

    def flush(self) -> object:
        """Write what waits."""


class Console(Protocol):
    """Both ways out of a command; Django's ``BaseCommand`` is one."""

    @property
    def stdout(self) -> Stream:
        """What was asked for."""

    @property
    def stderr(self) -> Stream:
        """What went wrong."""


class Subcommand(ABC):
    """One subcommand: parses its arguments, makes one call, answers with an exit code.

    Exit codes are those of ``contracts.findings``: 0 clean, 1 findings or differences, 2 wrong usage,
    3 could not run.
    """

    name: ClassVar[str]
    help: ClassVar[str]

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:  # noqa: B027 - a subcommand may have none
        """Declare what stands behind the name on the command line."""

    @abstractmethod
    def handle(self, command: Console, **options: Any) -> int:
        """Do it, writing to ``command.stdout`` and ``command.stderr``; return the exit code.

        Raises CannotRun or TreeError, and OSError where a file cannot be read or written.
        """


S = TypeVar("S", bound=type[Subcommand])


def subcommand(cls: S) -> S:
    """Make a class a subcommand. Raises ValueError when its name is taken."""
    if type(_registered.setdefault(cls.name, cls())) is not cls:
        raise ValueError(f"there is already a subcommand {cls.name}")
    return cls


def registered() -> list[Subcommand]:
    """The subcommands of every module imported so far, in the order of their names."""
    return [_registered[name] for name in sorted(_registered)]


def add_subcommands(parser: argparse.ArgumentParser, doors: Iterable[Subcommand]) -> None:
    """Let each subcommand stand on the command line; the one chosen is the option ``door``."""
    parsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="subcommand", required=True)
    for door in doors:
        child = parsers.add_parser(door.name, help=door.help, description=door.help)
        add_colour_options(child)
        door.add_arguments(child)
        child.set_defaults(door=door)


def add_colour_options(parser: argparse.ArgumentParser) -> None:
    """Let the colour options stand behind the subcommand, where people type them."""
    group = parser.add_mutually_exclusive_group()
    for option, what in (("--no-color", "Never colour the output."), ("--force-color", "Colour it always.")):
        group.add_argument(option, action="store_true", default=argparse.SUPPRESS, help=what)


def run(door: Subcommand, command: Console, options: dict[str, Any]) -> int:
    """The subcommand's exit code, also where its reader went away. Raises what ``Subcommand.handle`` does."""
    try:
        code = door.handle(command, **options)
        command.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has seen enough. Python would complain once more while it closes stdout:
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_NOT_RUN
    return code


def reason(error: CannotRun | TreeError | OSError) -> tuple[str, int]:
    """Why a subcommand could not do its work, in words, and the exit code."""
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'}: {error.strerror or error}.", EXIT_NOT_RUN
    return str(error), error.exit_code if isinstance(error, TreeError) else EXIT_NOT_RUN


def wants_colour(command: Console, options: Mapping[str, Any]) -> bool:
    """Whether to colour what goes to ``command.stdout``: a terminal, unless told otherwise.

    A non-empty ``NO_COLOR`` means no (https://no-color.org); an option on the command line comes first.
    """
    if options["force_color"] or options["no_color"]:
        return bool(options["force_color"])
    return command.stdout.isatty() and not os.environ.get("NO_COLOR")
