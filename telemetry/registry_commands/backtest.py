"""``registry backtest``: how often a contract would have acted, as it is and as it would be."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.findings import EXIT_CLEAN, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import TreeError
from contracts.severity import Severity
from telemetry.backtest.headline import summary
from telemetry.backtest.questions import MOST_DAYS, USUAL_DAYS, Refused, Wish, ask
from telemetry.backtest.running import MOST, run
from telemetry.backtest.told import looked_at, rows, told
from telemetry.backtest.words import length
from telemetry.ingest import clock

SHOWN = 20


@subcommand
class Backtest(Subcommand):
    """Runs the evaluator over the stored history, in this process."""

    name = "backtest"
    help = "Tell how often a condition acts over the stored history, as released and as it would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kpi", metavar="KPI", help="The KPI's name.")
        parser.add_argument(
            "--agent", default="", help="The agent whose contract it is; without, the KPI's own thresholds."
        )
        parser.add_argument(
            "--condition",
            default="",
            help='What it would be, such as "< 25"; without, the working copy as it is edited now.',
        )
        parser.add_argument(
            "--severity",
            choices=[severity.value for severity in Severity],
            default=Severity.CRITICAL.value,
            help="The severity whose condition it would be; critical by default.",
        )
        for name, what in (
            ("for", "How long it would have to hold."),
            ("keep-firing-for", "How long it would go on afterwards."),
            ("recover-if", "The condition that would end it."),
        ):
            parser.add_argument(f"--{name}", dest=f"{name.replace('-', '_')}_", default=None, help=what)
        parser.add_argument(
            "--days",
            type=int,
            default=USUAL_DAYS,
            help=f"How far back, up to {MOST_DAYS}; {USUAL_DAYS} by default.",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text", help="How to tell it.")
        parser.add_argument(
            "--most", type=int, default=MOST, help=f"Values to look at, at most; {MOST:,} by default."
        )

    def handle(self, command: Console, **options: Any) -> int:
        wish = Wish(
            kpi=options["kpi"],
            agent=options["agent"],
            condition=options["condition"],
            severity=options["severity"],
            for_=options["for_"],
            keep_firing_for=options["keep_firing_for_"],
            recover_if=options["recover_if_"],
            days=options["days"],
        )
        try:
            question = ask(wish, clock())
        except Refused as refused:
            raise TreeError(f"{refused.message} {refused.hint}".strip(), EXIT_USAGE) from None
        (answer,) = told(run([question], most=options["most"]))
        if options["format"] == "json":
            command.stdout.write(json.dumps(answer, indent=2))
        else:
            for line in lines(answer):
                command.stdout.write(printable(line))
        return EXIT_CLEAN


def lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """The answer as text."""
    yield f"{answer['kpi']}{' by ' + answer['agent'] if answer['agent'] else ''}: {looked_at(answer)}."
    yield summary(answer)
    yield f"as it is:        {conditions(answer['conditions']['as_is'])}"
    yield f"as it would be:  {conditions(answer['conditions']['as_would_be'])}"
    for row in rows(answer):
        yield f"  {row.word + ' or worse' if row.word != 'critical' else row.word}: {row.before} → {row.after}"
    for row in answer["who"][:SHOWN]:
        was, now = row["as_is"], row["as_would_be"]
        yield (
            f"  {row['person']}: {length(was['seconds']['info'])} → {length(now['seconds']['info'])},"
            f" {was['episodes']['info']} → {now['episodes']['info']} episodes"
        )
    if answer["affected"] > SHOWN:
        yield f"  and {answer['affected'] - SHOWN:,} more"


def conditions(triggers: list[dict[str, str]] | None) -> str:
    """A contract's conditions in one line."""
    if triggers is None:
        return "not watched"
    return ", ".join(f"{one['severity']} {one['condition']}" for one in triggers) or "no condition"
