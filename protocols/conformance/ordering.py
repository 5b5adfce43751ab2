"""Which steps were done out of order: an alignment of the order done against the order declared.

The most steps that kept their order are found (a longest increasing subsequence, by patience sorting:
https://en.wikipedia.org/wiki/Longest_increasing_subsequence), and only the others are said to have moved: where one of
ten steps was done first instead of last, that one is named and not the nine that it passed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from protocols.conformance.facts import ACTION, StepFacts
from protocols.lifecycle import StepState


class Moved(NamedTuple):
    """A step out of order, and one that kept its order and shows it: ``earlier`` when done before that one, which
    comes first."""

    step: StepFacts
    beside: StepFacts
    earlier: bool


def kept_in_order(numbers: Sequence[int]) -> list[int]:
    """A longest increasing subsequence; of several, the one with the smallest last number.

    >>> kept_in_order([2, 3, 1])
    [2, 3]
    """
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(tails, number)
        before[number] = tails[at - 1] if at else None
        tails[at : at + 1] = [number]
    kept: list[int] = []
    last = tails[-1] if tails else None
    while last is not None:
        kept.append(last)
        last = before[last]
    return kept[::-1]


def moved_steps(steps: Iterable[StepFacts]) -> dict[int, Moved]:
    """The declared actions that were done out of order, by number.

    Only what was asked for together has an order: what a rise of severity adds may well be more urgent than what was
    there. Hand-offs end when another agent answers, and what was overridden nobody wants, so they have none.
    """
    together: dict[int, list[StepFacts]] = {}
    for step in steps:
        is_wanted = step.declared and step.kind == ACTION and step.stopped is None
        if is_wanted and step.state in (StepState.DONE, StepState.FAILED) and step.finished is not None:
            together.setdefault(step.asked, []).append(step)
    found: dict[int, Moved] = {}
    for some in together.values():
        if len(some) > 1:
            found.update((one.step.number, one) for one in _moved(some))
    return found


def _moved(steps: Sequence[StepFacts]) -> Iterable[Moved]:
    by_number = {step.number: step for step in steps}
    done = sorted(steps, key=lambda step: (step.finished or 0, step.number))
    kept = kept_in_order([step.number for step in done])
    place = {step.number: at for at, step in enumerate(done)}
    for step in done:
        at = bisect_left(kept, step.number)
        if at < len(kept) and kept[at] == step.number:
            continue
        # Were it behind those kept of smaller numbers, and before the others, it would have been kept too.
        if at and place[kept[at - 1]] > place[step.number]:
            yield Moved(step, by_number[kept[at - 1]], earlier=True)
        else:
            yield Moved(step, by_number[kept[at]], earlier=False)
