"""``registry scaffold``: the beginning of an agent's bindings file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from bindings.importing.joining import bindings_path
from bindings.models import Agent
from bindings.scaffolding import scaffold, unwatched
from contracts.commands.base import CannotRun, Console, Subcommand, subcommand
from contracts.files import write_atomically
from contracts.findings import EXIT_CLEAN, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import TreeError
from contracts.naming import AGENT_NAME, NearNames
from contracts.roots import refuse_to_write_outside
from kpis.models import KPI


@subcommand
class Scaffold(Subcommand):
    """Proposes what the registry knows, and leaves the rest to a person."""

    name = "scaffold"
    help = "Write a commented bindings file for an agent, with the registry's own thresholds as triggers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agent", metavar="AGENT", help="The agent's name, such as NEUROS.")
        parser.add_argument(
            "kpis",
            nargs="*",
            metavar="KPI",
            help="KPIs to watch; by default those that no agent watches yet.",
        )
        parser.add_argument(
            "--out", metavar="DIR", type=Path, help="Write it to its place below this directory instead."
        )

    def handle(self, command: Console, **options: Any) -> int:
        name = options["agent"]
        if not AGENT_NAME.fullmatch(name):
            raise TreeError("An agent's name is capital letters, digits and underscores.", EXIT_USAGE)
        kpis = named(options["kpis"]) if options["kpis"] else unwatched()
        if not kpis:
            raise CannotRun(
                "Every KPI in use is watched by some agent. Name those that this one is to watch."
            )
        text = scaffold(name, kpis)
        if options["out"] is None:
            command.stdout.write(text, ending="")
            return EXIT_CLEAN
        agent = Agent.objects.filter(name=name).first() or Agent(name=name, code=name.lower())
        path = options["out"] / bindings_path(agent)
        refuse_to_write_outside(path, options["out"])
        if path.exists():
            raise CannotRun(f"{path} is there already, and was left alone.")
        write_atomically(path, text)
        command.stdout.write(printable(f"Wrote {path}."))
        return EXIT_CLEAN


def named(names: list[str]) -> list[KPI]:
    """The KPIs of these names, in their order. Raises TreeError for one that is not there."""
    stored = {kpi.name: kpi for kpi in KPI.objects.whole().filter(name__in=names)}
    for name in names:
        if name not in stored:
            near = NearNames(KPI.objects.values_list("name", flat=True)).question(name)
            raise TreeError(printable(f"The registry has no KPI {name}. {near}".strip()), EXIT_USAGE)
    return [stored[name] for name in dict.fromkeys(names)]
