"""``registry noise``: how many alerts a person would have had a week, against what each KPI may raise."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from contracts.commands.base import Console, Subcommand, subcommand
from contracts.decimals import plain
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import TreeError
from observability.noise import KpiNoise, TriggerNoise, alerts_words, mode_words, noise_of, rate_words
from observability.noise_figure import Asked, ask
from releases.services import working_copy
from telemetry.backtest.questions import MOST_DAYS, USUAL_DAYS
from telemetry.backtest.words import counted, people
from telemetry.ingest import clock


@subcommand
class Noise(Subcommand):
    """Runs the evaluator over the stored history, in this process."""

    name = "noise"
    help = "Tell how many alerts per person per week the working copy would have raised, against its noise budgets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=USUAL_DAYS,
            help=f"How far back, up to {MOST_DAYS}; {USUAL_DAYS} by default.",
        )
        parser.add_argument(
            "--fail-on",
            choices=("over", "never"),
            default="never",
            help="Exit with 1 if a KPI is over its budget; by default it only tells.",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text", help="How to tell it.")

    def handle(self, command: Console, **options: Any) -> int:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise TreeError(f"--days is a whole number from 1 to {MOST_DAYS}.", EXIT_USAGE)
        document = working_copy()
        asked = ask(document, clock(), options["days"])
        noise = noise_of(document, asked.answers()) if asked.questions else []
        if options["format"] == "json":
            command.stdout.write(json.dumps(as_data(asked, noise, options["days"]), indent=2))
        else:
            for line in lines(asked, noise, options["days"]):
                command.stdout.write(printable(line))
        is_over = any(one.is_over for one in noise)
        return EXIT_FINDINGS if is_over and options["fail_on"] == "over" else EXIT_CLEAN


def lines(asked: Asked, noise: list[KpiNoise], days: int) -> Iterator[str]:
    """The figures as text, the loudest KPI first."""
    if not asked.questions:
        yield f"Nothing that may alert was measured in the last {days} days, so nothing can be said."
        return
    over = sum(one.is_over for one in noise)
    yield f"Over the last {days} days, {counted(over, 'KPI') if over else 'no KPI'} over budget."
    for one in noise:
        yield _of_kpi(one)
        yield from (_of_trigger(trigger) for trigger in one.triggers)
    if asked.silent:
        yield f"Of {asked.silent:,} more that agents watch, nothing is stored."
    if asked.beyond:
        yield f"{asked.beyond:,} more that agents watch were not looked at."


def _of_kpi(one: KpiNoise) -> str:
    if not one.is_known:
        return f"{one.kpi}: measured for less than a week in all, so nothing can be said."
    verdict = "OVER BUDGET" if one.is_over else "within budget"
    left = f"; {people(one.left_out)} left out" if one.left_out else ""
    return (
        f"{one.kpi}: {alerts_words(one.rate)} per person per week, budget {plain(one.budget)}: {verdict} "
        f"({people(one.people)}, {mode_words(one.mode)}{left})."
    )


def _of_trigger(one: TriggerNoise) -> str:
    return (
        f"  {one.agent} {one.severity}: {one.conditions}: {counted(one.alerts, 'alert')} about "
        f"{people(one.people)}, {rate_words(one.rate)} per person per week"
    )


def as_data(asked: Asked, noise: list[KpiNoise], days: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "days": days,
        "silent": asked.silent,
        "not_looked_at": asked.beyond,
        "kpis": [
            {
                "kpi": one.kpi,
                "mode": str(one.mode),
                "budget": float(one.budget),
                "rate": round(one.rate, 6) if one.is_known else None,
                "over": one.is_over,
                "people": one.people,
                "person_weeks": round(one.weeks, 3),
                "left_out": one.left_out,
                "triggers": [
                    {
                        "agent": trigger.agent,
                        "severity": str(trigger.severity),
                        "condition": trigger.conditions,
                        "alerts": trigger.alerts,
                        "people": trigger.people,
                        "rate": round(trigger.rate, 6),
                    }
                    for trigger in one.triggers
                ],
            }
            for one in noise
        ],
    }
