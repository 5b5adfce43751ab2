"""``registry prove``: where a KPI's triggers flip, in every system that judges values, tried by promtool."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.commands.base import CannotRun, Console, Subcommand, subcommand
from contracts.commands.sides import PLACES, Found
from contracts.files import write_together
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import TreeError
from observability.defaults import default_options
from observability.promtool import PromtoolError, Verdict, junit
from observability.proof.card import ProofCard, proof_cards
from observability.proof.proving import prove
from observability.proof.telling import lines
from releases.services import working_copy


@subcommand
class Prove(Subcommand):
    """Makes the cards, and has promtool try each."""

    name = "prove"
    help = (
        "Show where each trigger of a KPI flips, in the evaluator, in Prometheus and in Grafana, and have promtool "
        "try it. Exits with 1 where they disagree."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "kpi", nargs="?", default="", metavar="KPI", help="The KPI's name; all by default."
        )
        parser.add_argument("--agent", default="", metavar="NAME", help="Only as this agent watches it.")
        what = parser.add_mutually_exclusive_group()
        for place in PLACES.values():
            what.add_argument(
                f"--{place.word}", metavar=place.metavar, help=f"Not the working copy, but {place.help}."
            )
        parser.add_argument("--junit", metavar="FILE", help="Also write what promtool says as JUnit.")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="How to tell it.")
        parser.add_argument(
            "--without-promtool", action="store_true", help="Show the cards, and try nothing in Prometheus."
        )

    def handle(self, command: Console, **options: Any) -> int:
        found = _found(options)
        cards = proof_cards(found.document, default_options(found.release), options["kpi"], options["agent"])
        if not cards:
            raise TreeError(_nothing(options["kpi"], options["agent"]), EXIT_USAGE)
        proven: Iterator[tuple[ProofCard, Sequence[Verdict]]] = (
            ((card, ()) for card in cards) if options["without_promtool"] else iter(prove(cards))
        )
        said: list[Verdict] = []
        told = []
        try:
            for card, verdicts in proven:
                said += [
                    replace(one, file=f"{card.agent}/{card.kpi}/{card.severity}/{one.file}")
                    for one in verdicts
                ]
                if options["format"] == "json":
                    told.append(_as_data(card, verdicts))
                else:
                    for line in lines(card, verdicts):
                        command.stdout.write(printable(line))
        except PromtoolError as error:
            raise CannotRun(f"{error} Or give --without-promtool.") from error
        if options["format"] == "json":
            command.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        if options["junit"]:
            write_together({Path(options["junit"]): junit(said)})
        return EXIT_CLEAN if all(one.is_well for one in said) else EXIT_FINDINGS


def _found(options: Mapping[str, Any]) -> Found:
    for place in PLACES.values():
        if (name := options.get(place.word)) is not None:
            return place.read(name)
    return Found(working_copy(), 0)


def _nothing(kpi: str, agent: str) -> str:
    what = f"No enabled agent has a trigger in force for {kpi}" if kpi else "No trigger is in force"
    return printable(f"{what}{f' at {agent}' if agent else ''}: there is nothing to prove.")


def _as_data(card: ProofCard, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    tried = {one.file: [case.failure for case in one.cases if case.failure] for one in verdicts}
    return {**json.loads(card.canonical), "digest": card.digest, "promtool": tried}
