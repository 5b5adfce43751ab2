"""What a benchmark yields, and how two ways of doing one thing are compared fairly."""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


class CannotMeasure(Exception):
    """A program is missing, or what was to be measured does not work."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio. `ours` and `baseline` share a unit; less is better."""

    name: str  # "validate.10k"
    ours: float
    baseline: float
    goal: float  # the ratio ours/baseline must not exceed it

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline if self.baseline else float("inf")

    @property
    def ok(self) -> bool:
        return self.ratio <= self.goal

    def __str__(self) -> str:
        return (
            f"bench {self.name} ours={self.ours:.4g} baseline={self.baseline:.4g} "
            f"ratio={self.ratio:.3g} goal={self.goal:g} {'ok' if self.ok else 'short'}"
        )


def compare(
    ours: Callable[[], object], baseline: Callable[[], object], rounds: int = 5
) -> tuple[float, float]:
    """Median seconds of both. They take turns, so that a noisy moment of the machine hits both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for function, seconds in zip((ours, baseline), taken, strict=True):
            seconds.append(seconds_of(function))
    return statistics.median(taken[0]), statistics.median(taken[1])


def seconds_of(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def figure(
    name: str, ours: Callable[[], object], baseline: Callable[[], object], goal: float, rounds: int = 5
) -> Figure:
    """Run both and make a figure of their medians."""
    return Figure(name, *compare(ours, baseline, rounds), goal)


def printed(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Pass figures on, each printed as soon as it is measured."""
    for one in figures:
        print(one, flush=True)
        yield one
