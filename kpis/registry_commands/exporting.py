"""``registry export``: the working copy as the registry's file, and what other apps write beside it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.documents import write_registry
from contracts.files import write_atomically
from contracts.findings import EXIT_CLEAN
from contracts.formats.printable import printable
from kpis.importing import JOINED
from kpis.registry_commands.base import Subcommand, subcommand
from kpis.services import registry_document

REGISTRY_PATH = Path("agents/shared_modules/kpi_registry.yaml")
"""Where agents look for the registry, below the root of their repository."""
STDOUT = "-"


@subcommand
class Export(Subcommand):
    """Writes the same bytes for the same registry, whenever and wherever."""

    name = "export"
    help = (
        "Write the registry in the database as YAML, to standard output, or to a directory with the roster and "
        "every agent's bindings beside it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
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

    def handle(self, command: BaseCommand, **options: Any) -> int:
        document = registry_document()
        text = write_registry(document)
        if options["out"] == STDOUT:
            command.stdout.write(text, ending="")
            return EXIT_CLEAN
        path = Path(options["out"]) / REGISTRY_PATH
        write_atomically(path, text)
        command.stdout.write(printable(f"Wrote {len(document.kpis):,} KPIs to {path}."))
        for part in JOINED:
            for place, beside in part.files().items():
                write_atomically(Path(options["out"]) / place, beside)
                command.stdout.write(printable(f"Wrote {Path(options['out']) / place}."))
        return EXIT_CLEAN
