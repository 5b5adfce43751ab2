"""``registry export``: the working copy as the registry's file, and what other apps write beside it."""

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.commands.sides import PLACES
from contracts.documents import write_registry
from contracts.files import write_together
from contracts.findings import EXIT_CLEAN
from contracts.formats.printable import printable
from contracts.releasefiles import REGISTRY_PATH, release_files
from contracts.roots import refuse_to_write_outside
from kpis.importing import JOINED
from kpis.services import registry_document

STDOUT = "-"


@subcommand
class Export(Subcommand):
    """Writes the same bytes for the same registry, whenever and wherever."""

    name = "export"
    help = (
        "Write the registry in the database as YAML, to standard output, or to a directory with the roster and "
        "every agent's bindings beside it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--out",
            metavar="DIR",
            default=STDOUT,
            help=f"The directory to write {REGISTRY_PATH} into, or - for standard output, the default.",
        )
        where.add_argument(
            "to_stdout", nargs="?", choices=(STDOUT,), metavar="-", help="The same as --out -, for short."
        )
        what = parser.add_mutually_exclusive_group()
        for place in PLACES.values():
            said = f"Not the working copy, but {place.help}."
            what.add_argument(f"--{place.word}", metavar=place.metavar, help=said)

    def handle(self, command: Console, **options: Any) -> int:
        count, files = files_of(options)
        if options["out"] == STDOUT:
            command.stdout.write(files[REGISTRY_PATH], ending="")
            return EXIT_CLEAN
        root = Path(options["out"])
        texts = {root / place: text for place, text in files.items()}
        for path in texts:
            refuse_to_write_outside(path, root)
        write_together(texts)
        for place in files:
            path = root / place
            what = f"{count:,} KPIs to {path}" if place == REGISTRY_PATH else str(path)
            command.stdout.write(printable(f"Wrote {what}."))
        return EXIT_CLEAN


def files_of(options: Mapping[str, Any]) -> tuple[int, dict[Path, str]]:
    """How many KPIs there are in what was chosen, and the files to write, the registry first."""
    for place in PLACES.values():
        if (name := options.get(place.word)) is not None:
            found = place.read(name)
            return len(found.registry.kpis), release_files(found)
    document = registry_document()
    files = {REGISTRY_PATH: write_registry(document)}
    if options["out"] != STDOUT:
        for part in JOINED:
            files |= part.files()
    return len(document.kpis), files
