"""``registry fmt``: one layout for every file, comments kept."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.commands.paths import file_limit, files_at, read_limited
from contracts.files import write_atomically
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS
from contracts.formats.printable import printable
from contracts.formats.summary import counted
from contracts.formatting import FormatError, format_yaml
from contracts.yamltree import YamlError, decode


@subcommand
class Fmt(Subcommand):
    """Lays files out anew, or says which would be."""

    name = "fmt"
    help = "Lay out the files of registry, bindings, roster and actions canonically; comments stay. Needs no database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="A file, or a directory that holds agents/."
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; only say which files would change. The exit code is 1 if one would.",
        )

    def handle(self, command: Console, **options: Any) -> int:
        files, check = files_at(options["paths"]), options["check"]
        changed, refused = 0, 0
        for path in files:
            try:
                is_other = lay_out(path, write=not check)
            except (YamlError, FormatError) as error:
                command.stderr.write(printable(f"{path}: {error}"))
                refused += 1
                continue
            if is_other:
                what = "not laid out canonically" if check else "laid out anew"
                command.stdout.write(printable(f"{path}: {what}"))
                changed += 1
        command.stdout.write(told(len(files), changed, refused, check=check))
        return EXIT_FINDINGS if refused or (check and changed) else EXIT_CLEAN


def lay_out(path: Path, *, write: bool) -> bool:
    """Whether the file's canonical layout differs from how it is; with ``write``, it then has that layout.

    Raises YamlError for a file that cannot be read as ours, FormatError for one that would lose something.
    """
    data = read_limited(path)
    text = format_yaml(decode(data, file_limit()), max_bytes=file_limit())
    if text.encode() == data:
        return False
    if write:
        write_atomically(path, text)
    return True


def told(files: int, changed: int, refused: int, *, check: bool) -> str:
    """The last line: ``3 files: 1 laid out anew, 1 could not be.``"""
    parts = [f"{changed} {'to lay out' if check else 'laid out'} anew"] if changed else []
    parts += [f"{refused} could not be"] if refused else []
    return f"{counted(files, 'file')}: {', '.join(parts) or 'nothing to do'}."
