"""``auren-registry``: the registry's files checked, compared and laid out, where there is no server and no database."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TextIO

from contracts.commands import __all__ as needed
from contracts.commands.base import CannotRun, add_subcommands, reason, registered, run
from contracts.formats.printable import printable
from contracts.loading import TreeError

PROGRAM = "auren-registry"


class TextStream:
    """A stream of this process, written line by line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, msg: str = "", *, ending: str | None = None) -> None:
        """Write a message and end its line, unless it has ended or ``ending`` says otherwise."""
        ending = "\n" if ending is None else ending
        self._stream.write(msg if msg.endswith(ending) else msg + ending)

    def isatty(self) -> bool:
        """Whether a person reads it on a terminal."""
        return self._stream.isatty()

    def flush(self) -> None:
        """Write what waits."""
        self._stream.flush()


class ProcessConsole:
    """Standard output and standard error."""

    def __init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            # A console of an older code page cannot show every character: escape it rather than stop.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        self.stdout, self.stderr = TextStream(sys.stdout), TextStream(sys.stderr)


def build_parser() -> argparse.ArgumentParser:
    """What stands on the command line."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Checks, compares and lays out the files of a KPI registry. Needs no database.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {installed_version()}")
    parser.set_defaults(no_color=False, force_color=False)
    add_subcommands(parser, [door for door in registered() if door.name in needed])
    return parser


def installed_version() -> str:
    """The version of the installed package; "from a clone" where the code runs from one."""
    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "from a clone"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    options = vars(build_parser().parse_args(arguments))
    console = ProcessConsole()
    try:
        return run(options.pop("door"), console, options)
    except (CannotRun, TreeError, OSError) as error:
        told, code = reason(error)
        console.stderr.write(printable(f"{PROGRAM}: {told}"))
        return code


if __name__ == "__main__":
    sys.exit(main())
