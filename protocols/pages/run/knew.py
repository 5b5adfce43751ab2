"""What an agent knew when it had to act: exactly what was handed to it, and how old that was. Pure: no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from contracts.durations import Duration, DurationError
from protocols.pages.prose import SEVERITY_WORDS, clock, length, spaced
from protocols.pages.run.facts import Facts
from protocols.pages.run.story import reading

SHOWN_AT_MOST: Final = 12
LONGEST: Final = 200


class Known(NamedTuple):
    """A line: what it is, and how it was."""

    name: str
    told: str


def known(facts: Facts) -> list[Known]:
    """In the order in which one asks."""
    return list(_known(facts))


def _known(facts: Facts) -> Iterator[Known]:
    run = facts.run
    inputs: Mapping[str, Any] = run.inputs if isinstance(run.inputs, dict) else {}
    _, value, _ = reading(facts)
    measured = inputs.get("at") if isinstance(inputs.get("at"), int) else None
    if value:
        source = inputs.get("source") or run.source
        at = f", measured at {clock(measured, run.opened)}" if measured else ""
        yield Known("Value", f"{value}{f', from {source}' if source else ''}{at}")
    yield from _means(facts, inputs.get("means"))
    yield from _context(inputs.get("context"))
    if run.condition:
        lowest = min((step.severity for step in facts.steps if step.declared), default=run.severity)
        yield Known("Acts on", f"{SEVERITY_WORDS.get(lowest, '')}: {run.condition}")
    if run.reason:
        yield Known("Because", run.reason)
    began = measured or run.opened
    yield Known(
        "Age of data",
        f"{length(run.recorded - began)}, when it could know at {clock(run.recorded, run.opened, seconds=True)}",
    )


def _means(facts: Facts, means: Any) -> Iterator[Known]:
    if not isinstance(means, dict):
        return
    for window, mean in list(means.items())[:SHOWN_AT_MOST]:
        if isinstance(mean, int | float):
            told = f"{mean:.4g} {facts.definition.symbol}".rstrip()
            yield Known("Before it", f"mean over {_window(str(window))} {told}")


def _window(text: str) -> str:
    try:
        return Duration.parse(text).words()
    except DurationError:
        return text[:LONGEST]


def _context(context: Any) -> Iterator[Known]:
    """What came with the value, as it came."""
    if not isinstance(context, dict):
        return
    items = list(context.items())
    for name, told in items[:SHOWN_AT_MOST]:
        yield Known(spaced(str(name))[:LONGEST].capitalize(), _plain(told))
    if (more := len(items) - SHOWN_AT_MOST) > 0:
        yield Known("And", f"{more} more")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = (
        f"{value:.6g}"
        if isinstance(value, float)
        else spaced(str(value))
        if isinstance(value, str)
        else str(value)
    )
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
