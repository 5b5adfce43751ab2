"""Writes docs/test-vectors, by which an evaluator in another language proves that it agrees with this one.

`python -m scripts.test_vectors [--check]`; with `--check` nothing is written, and the exit code is 1 when a file
is stale.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from contracts.conditions import Condition, ConditionError, parse
from contracts.decimals import EXACT, exact
from contracts.durations import Duration
from contracts.evaluation import (
    SECOND,
    START,
    Evaluator,
    Memory,
    Observed,
    Series,
    Transition,
    change_contract,
    combine,
    explain,
)
from contracts.guards import GuardError, parse_guard
from contracts.watched import WatchedBinding
from scripts.vector_cases import BEFORE, CONDITIONS, CONTEXTS, GUARDS, NUMBERS, STORIES, Step, Story

DIRECTORY = Path(__file__).resolve().parent.parent / "docs" / "test-vectors"
FORMAT = 1
STATES_FORMAT = 2
BEGINNING = 1_767_225_600 * SECOND
"""2026-01-01T00:00:00Z."""


class Disagreement(Exception):
    """The evaluator does not do what a person wrote down as right."""


def conditions() -> dict[str, Any]:
    """Conditions: read, written, and asked."""
    return {"format": FORMAT, "cases": [_condition(text) for text in CONDITIONS]}


def guards() -> dict[str, Any]:
    """Guards: read, written, and asked."""
    return {"format": FORMAT, "cases": [_guard(text) for text in GUARDS]}


def states() -> dict[str, Any]:
    """Bindings, and what becomes of their state."""
    return {"format": STATES_FORMAT, "stories": [_story(story) for story in STORIES]}


FILES = {"conditions.json": conditions, "guards.json": guards, "states.json": states}


def _condition(text: str) -> dict[str, Any]:
    try:
        condition = parse(text)
    except ConditionError as error:
        return {"text": text, "error": {"column": error.column, "expected": error.expected}}
    asked = (
        _change_asks(condition) if condition.changes else [_plain_ask(condition, value) for value in NUMBERS]
    )
    return {"text": text, "canonical": str(condition), "asked": asked}


def _plain_ask(condition: Condition, value: float) -> dict[str, Any]:
    return {"value": value, "holds": condition.holds(value)}


def _change_asks(condition: Condition) -> list[dict[str, Any]]:
    window = str(condition.changes[0].window)
    return [
        {
            "value": value,
            "before": {window: {"sum": total, "count": count}},
            "holds": exact(value) in condition.values
            or any(
                count > 0 and change.holds(EXACT.multiply(exact(value), Decimal(count)), Decimal(total))
                for change in condition.changes
            ),
        }
        for total, count in BEFORE
        for value in (-55, -5, 0, 0.3, 29, 45, 45.000001, 50, 51.25, 51.250001, 60)
    ]


def _guard(text: str) -> dict[str, Any]:
    try:
        guard = parse_guard(text)
    except GuardError as error:
        return {"text": text, "error": {"column": error.column, "expected": error.expected}}
    asked = []
    for context in CONTEXTS:
        held = guard.evaluate(context)
        asked.append({"context": context, "holds": held.holds, "missing": list(held.missing)})
    return {"text": text, "canonical": str(guard), "asked": asked}


def _story(story: Story) -> dict[str, Any]:
    then = {"then": {"agent": story.then.agent} | story.then.as_data()} if story.then else {}
    return {
        "name": story.name,
        "binding": {"agent": story.binding.agent} | story.binding.as_data(),
        **then,
        "steps": list(_steps(story)),
    }


class _Person:
    """Somebody by the contract in force, each source by itself."""

    def __init__(self, binding: WatchedBinding) -> None:
        self.binding = binding
        self.evaluator = Evaluator(binding)
        self.memories: dict[str, Memory] = {}
        self.pasts: dict[str, Series] = defaultdict(Series)

    def take(self, step: Step, at: int) -> list[tuple[str, Transition]]:
        """Take a value in, or let time pass for every source."""
        if step.value is None:
            return [pair for source in sorted(self.memories) for pair in self._tick(source, at)]
        past, memory = self.pasts[step.source], self.memories.get(step.source, START)
        observed = Observed(step.value, at, step.context, step.source)
        after, found = self.evaluator.evaluate(memory, observed, past.before(at))
        if memory.at is None or at >= memory.at:
            past.add(at, step.value)
        self.memories[step.source] = after
        return [(step.source, one) for one in found]

    def adopt(self, binding: WatchedBinding, at: int) -> list[tuple[str, Transition]]:
        """Have another contract in force."""
        former, self.binding, self.evaluator = self.evaluator, binding, Evaluator(binding)
        found: list[tuple[str, Transition]] = []
        for source in sorted(self.memories):
            memory, told = change_contract(
                former, self.evaluator, self.memories[source], at, self.pasts[source]
            )
            self.memories[source] = memory
            found += [(source, one) for one, _ in told]
        return found

    def _tick(self, source: str, at: int) -> list[tuple[str, Transition]]:
        self.memories[source], found = self.evaluator.tick(self.memories[source], at)
        return [(source, one) for one in found]


def _steps(story: Story) -> Iterator[dict[str, Any]]:
    person = _Person(story.binding)
    for step in story.steps:
        at = BEGINNING + Duration.parse(step.after).seconds * SECOND
        then = story.then if step.is_release else None
        transitions = person.adopt(then, at) if then else person.take(step, at)
        state = combine(person.evaluator, person.memories).state
        if state != step.expected:
            raise Disagreement(f"{story.name}: {state} at {step.after}, expected {step.expected}")
        yield _written(person, step, at, transitions)


def _written(
    person: _Person, step: Step, at: int, transitions: Sequence[tuple[str, Transition]]
) -> dict[str, Any]:
    given: dict[str, Any] = {"at": at}
    if step.value is not None:
        given |= {"value": step.value, "source": step.source, "context": step.context or {}}
    kind = "release" if step.is_release else "tick" if step.value is None else "observe"
    combined = combine(person.evaluator, person.memories)
    told = explain(person.binding, combined.memory)
    return {
        kind: given,
        "transitions": [{"source": source} | one.as_data() for source, one in transitions],
        "memories": {source: person.memories[source].as_data() for source in sorted(person.memories)},
        "state": str(combined.state),
        "source": combined.source,
        "counting": list(combined.counting),
        "open_severity": combined.open_severity,
        "explanation": {
            "reason": told.reason,
            "actions": [action.name for action in told.actions],
            "phases": {one.rule: str(one.phase) for one in told.triggers},
        },
    }


def text_of(data: Mapping[str, Any]) -> str:
    """The file's text: one case a line, so that a change shows where it is."""
    lines = []
    for key, value in data.items():
        if isinstance(value, list):
            items = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value)
            lines.append(f'"{key}": [\n{items}\n]')
        else:
            lines.append(f'"{key}": {json.dumps(value)}')
    return "{" + ",\n".join(lines) + "}\n"


def main(arguments: Sequence[str]) -> int:
    """Write the files, or tell whether they are as they should be."""
    texts = {DIRECTORY / name: text_of(make()) for name, make in FILES.items()}
    if "--check" in arguments:
        stale = [
            path for path, text in texts.items() if not path.is_file() or path.read_text("utf-8") != text
        ]
        return 1 if stale else 0
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
