"""``registry schema``: the JSON Schemas that editors complete and check the YAML with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.findings import EXIT_CLEAN
from contracts.formats.printable import printable
from contracts.schemas import MODELS, schema_texts, write_schemas


@subcommand
class Schema(Subcommand):
    """Prints one schema, or writes them all."""

    name = "schema"
    help = "Print the JSON Schema of one kind of file, or write all of them into a directory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "schema", nargs="?", choices=list(MODELS), metavar="NAME", help=f"One of {', '.join(MODELS)}."
        )
        what.add_argument("--out", metavar="DIR", type=Path, help="Write every schema into this directory.")

    def handle(self, command: Console, **options: Any) -> int:
        if options["out"]:
            for path in write_schemas(options["out"]):
                command.stdout.write(printable(f"Wrote {path}."))
        else:
            command.stdout.write(schema_texts()[f"{options['schema']}.schema.json"], ending="")
        return EXIT_CLEAN
