"""A proof card as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from contracts.durations import Duration
from observability.alert_rule import Basis
from observability.dashboards.colours import NORMAL, SEVERITY_COLOURS
from observability.promtool import Verdict
from observability.proof.card import ProofCard
from observability.proof.witnesses import TimeWitness, sides

COLOUR_NAMES: Final[Mapping[str, str]] = {NORMAL: "normal"} | {
    colour: str(severity) for severity, colour in SEVERITY_COLOURS.items()
}
"""What a colour of Grafana's says."""
BASES: Final[Mapping[str, str]] = {
    Basis.VALUES: "It asks for the values themselves.",
    Basis.STATE: "It asks for the state that the server exports: no metric has the guard, or there is no metric.",
    Basis.COHORT: "It asks for the share of people whose state, as the server exports it, is this bad.",
}
"""What an alert rule stands on, in words."""


def heading(card: ProofCard) -> str:
    """What the card is about, in one line."""
    return f"{card.agent}: {card.title}, {card.severity}"


def sentence(card: ProofCard) -> str:
    """When the agent acts, in words."""
    timing = f", {card.timing}" if card.timing else ""
    return f"{card.agent} acts when the value is {card.words}{timing}."


def rows(card: ProofCard) -> Iterator[tuple[str, str, str]]:
    """Of each value beside a boundary: the value, whether the agent acts, and the colour's meaning in Grafana."""
    values = [side for pair in card.witnesses.values for side in sides(pair)]
    for (value, fires), painted in zip(values, card.colours, strict=True):
        yield (
            repr(value),
            "acts" if fires else "does not act",
            COLOUR_NAMES.get(painted.colour, painted.colour),
        )


def moment(one: TimeWitness) -> str:
    """When it flips, in words, to the second."""
    length = one.second - (one.end or 0)
    event = "begins" if one.fires else "is over"
    value = "the first such value" if one.fires else "the first value that ends it"
    if not length:
        return f"{event} with {value}"
    return f"{event} {Duration(length).words()} after {value}, and not a second earlier"


def lines(card: ProofCard, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The card, and what promtool says of it."""
    yield f"{heading(card)}: {card.condition}"
    yield f"  {sentence(card)}"
    for value, acts, colour in rows(card):
        yield f"  {value:>22}  {acts:<12}  Grafana: {colour}"
    if not card.witnesses.values:
        yield "  A change over time has no value of its own at which it flips."
    for one in card.witnesses.times:
        yield f"  It {moment(one)}."
    yield f"  {card.alert}: {BASES[card.basis]}"
    for verdict in verdicts:
        failures = [case.failure for case in verdict.cases if case.failure]
        yield f"  promtool, {verdict.file}: {'agrees' if not failures else 'DISAGREES'}"
        yield from (f"    {line}" for failure in failures for line in failure.splitlines()[:20])
    yield f"  digest {card.digest}"
    yield ""
