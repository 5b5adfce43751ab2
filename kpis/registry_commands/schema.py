"""``registry schema``: the JSON Schemas that editors complete and check the YAML with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.findings import EXIT_CLEAN
from contracts.formats.printable import printable
from contracts.schemas import MODELS, schema_texts, write_schemas
from kpis.registry_commands.base import Subcommand, subcommand


@subcommand
class Schema(Subcommand):
    """Prints one schema, or writes them all."""

    name = "schema"
    help = "Print the JSON Schema of one kind of file, or write all of them into a directory."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "schema", nargs="?", choices=list(MODELS), metavar="NAME", help=f"One of {', '.join(MODELS)}."
        )
        what.add_argument("--out", metavar="DIR", type=Path, help="Write every schema into this directory.")

    def handle(self, command: BaseCommand, **options: Any) -> int:
        if options["out"]:
            for path in write_schemas(options["out"]):
                command.stdout.write(printable(f"Wrote {path}."))
        else:
            command.stdout.write(schema_texts()[f"{options['schema']}.schema.json"], ending="")
        return EXIT_CLEAN
