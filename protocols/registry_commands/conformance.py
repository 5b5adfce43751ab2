"""``registry conformance``: whether the deviations that are stored are those that the runs have."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from contracts.commands.base import CannotRun, Console, Subcommand, subcommand
from contracts.durations import Duration, DurationError
from contracts.evaluation import SECOND, micros
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import TreeError
from protocols.services.recomputing import Comparison, Difference, compared
from telemetry.backtest.words import counted
from telemetry.ingest import clock

SHOWN = 100


@subcommand
class Conformance(Subcommand):
    """Judges every run anew, in this process, and changes nothing."""

    name = "conformance"
    help = "Judge every protocol run anew and compare with the deviations that are stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            default="",
            metavar="WHEN",
            help="Only runs opened since: a length of time such as 7d, or a date such as 2026-11-24.",
        )
        parser.add_argument(
            "--fail", action="store_true", help="Exit with 1 if anything differs; by default it only tells."
        )
        parser.add_argument("--format", choices=("text", "json"), default="text", help="How to tell it.")

    def handle(self, command: Console, **options: Any) -> int:
        now = clock()
        told = compared(now, since_of(options["since"], now))
        if not told.runs:
            raise CannotRun("No run was opened in that time: nothing was compared.")
        if options["format"] == "json":
            command.stdout.write(json.dumps(as_data(told), indent=2))
        else:
            for line in lines(told):
                command.stdout.write(printable(line))
        return EXIT_FINDINGS if told.differences and options["fail"] else EXIT_CLEAN


def since_of(text: str, now: int) -> int | None:
    """From when on, None for ever. Raises TreeError where it is neither a length of time nor a date."""
    if not text:
        return None
    try:
        return now - Duration.parse(text).seconds * SECOND
    except DurationError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        told = f"--since is a length of time such as 7d, or a date such as 2026-11-24, not {text[:50]}."
        raise TreeError(told, EXIT_USAGE) from None
    return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def lines(told: Comparison) -> Iterator[str]:
    """The comparison as text: each difference, then the figures."""
    for one in told.differences[:SHOWN]:
        place = f"step {one.place}" if one.place else "the run"
        yield f"run {one.run} of {one.agent}, {one.kpi}: {one.rule} of {place} {_differs(one)}"
    if len(told.differences) > SHOWN:
        yield f"and {len(told.differences) - SHOWN:,} more"
    runs, deviations = counted(told.runs, "run"), counted(told.deviations, "deviation")
    differ = f"{counted(len(told.differences), 'difference')}" if told.differences else "as stored"
    yield f"{runs} judged anew, {deviations}: {differ}."


def _differs(one: Difference) -> str:
    if not one.stored:
        return f"is not stored: {one.found}"
    if not one.found:
        return f"is stored, and does not hold: {one.stored}"
    if one.stored == one.found:
        return f"is stored with another time: {one.stored}"
    return f"is stored as: {one.stored} It should be: {one.found}"


def as_data(told: Comparison) -> dict[str, Any]:
    """The same for programs."""
    return {
        "runs": told.runs,
        "deviations": told.deviations,
        "differences": [one._asdict() for one in told.differences],
    }
