"""``registry drift``: whether Prometheus and Grafana have loaded what a release gives."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.commands.base import CannotRun, Console, Subcommand, subcommand
from contracts.commands.sides import PLACES, Found
from contracts.export_manifest import ManifestError
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import TreeError
from contracts.roots import read_at_most
from observability.drift.client import CannotLook, MonitoringServer
from observability.drift.findings import DriftReport, Kind
from observability.drift.looking import Look, look
from observability.registry_commands.options import (
    add_addresses,
    add_format,
    add_receivers,
    address,
    options_of,
)
from releases.models.channel import PRODUCTION

TOKEN_BYTES = 8192
SERVERS = {"prometheus": "Prometheus", "grafana": "Grafana"}
TODO = {
    Kind.NOT_EXPORTED: "Export again: `registry export {chosen} --only observability --out {out}`.",
    Kind.NOT_LOADED: "Have the exported files loaded: POST to /-/reload of Prometheus, or send it SIGHUP.",
}


@subcommand
class Drift(Subcommand):
    """Looks, and names each difference with what explains it."""

    name = "drift"
    help = (
        "Compare the alerts and dashboards of a release with what Prometheus and Grafana have loaded, and with an "
        "exported directory."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, title in SERVERS.items():
            token = "--token-file" if name == "prometheus" else f"--{name}-token-file"
            parser.add_argument(f"--{name}", metavar="URL", help=f"Where {title} is.")
            parser.add_argument(
                token, metavar="FILE", help=f"The file that holds a token for {title}, sent as Bearer."
            )
        parser.add_argument(
            "--out", metavar="DIR", help="The directory of an export, to be compared as well."
        )
        what = parser.add_mutually_exclusive_group()
        for place in PLACES.values():
            usual = f"; {PRODUCTION} by default" if place.word == "channel" else ""
            what.add_argument(
                f"--{place.word}", metavar=place.metavar, help=f"Compare with {place.help}{usual}."
            )
        parser.add_argument("--json", action="store_true", help="Tell it as JSON.")
        add_format(parser)
        add_addresses(parser)
        add_receivers(parser)

    def handle(self, command: Console, **options: Any) -> int:
        root = Path(options["out"]) if options["out"] else None
        servers = {name: server_of(name, title, options) for name, title in SERVERS.items()}
        if not any((root, *servers.values())):
            raise TreeError("Say what to look at: --prometheus URL, --grafana URL or --out DIR.", EXIT_USAGE)
        if root and not root.is_dir():
            raise TreeError(f"There is no directory {root}.", EXIT_USAGE)
        found = found_of(options)
        asked = Look(found.document, options_of(options, found.release), root, **servers)
        try:
            report = look(asked)
        except (CannotLook, ManifestError, ValueError) as error:
            raise CannotRun(str(error)) from error
        if options["json"]:
            command.stdout.write(json.dumps(report.as_data(), indent=2, ensure_ascii=False))
        else:
            write(command, report, {"chosen": chosen_by(options), "out": options["out"] or "DIR"})
        return EXIT_FINDINGS if report.differences else EXIT_CLEAN


def found_of(options: Mapping[str, Any]) -> Found:
    """The release that was chosen, or that of the usual channel."""
    for place in PLACES.values():
        if (name := options.get(place.word)) is not None:
            return place.read(name)
    return PLACES["channel"].read(PRODUCTION)


def chosen_by(options: Mapping[str, Any]) -> str:
    """The options of `registry export` that choose the same release; without any it exports the working copy."""
    for place in PLACES.values():
        if (name := options.get(place.word)) is not None:
            return f"--{place.word} {name}"
    return f"--channel {PRODUCTION}"


def server_of(name: str, title: str, options: Mapping[str, Any]) -> MonitoringServer | None:
    """A server to look at, or None. Raises TreeError for an address or a token that cannot be used."""
    url = address(options, name)
    if not url:
        return None
    word = "token_file" if name == "prometheus" else f"{name}_token_file"
    return MonitoringServer(title, url, token_in(options[word]) if options[word] else None)


def token_in(name: str) -> str:
    """What is sent as ``Authorization``: what the file holds, as Bearer unless it says another scheme."""
    try:
        text = read_at_most(Path(name), TOKEN_BYTES).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise TreeError(f"{name} holds no token: it is no plain text.", EXIT_USAGE) from error
    if not text or not text.isprintable():
        raise TreeError(f"{name} holds no token: one line is expected.", EXIT_USAGE)
    return text if text.startswith(("Bearer ", "Basic ")) else f"Bearer {text}"


def write(command: Console, report: DriftReport, places: Mapping[str, str]) -> None:
    """A line for each difference, what to do about them, and what was compared."""
    for one in report.differences:
        command.stdout.write(printable(str(one)))
    kinds = {one.kind for one in report.differences}
    for kind, said in TODO.items():
        if kind in kinds:
            command.stdout.write(printable(said.format(**places)))
    count = len(report.differences)
    told = f"{count:,} difference{'' if count == 1 else 's'}" if count else "No drift"
    command.stdout.write(
        printable(f"{told}: release {report.release} compared with {', '.join(report.looked_at)}.")
    )
