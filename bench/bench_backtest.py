"""A backtest of 1,000,000 stored observations: ours are seconds, the baseline the limit of ten.

The history is 30 days of 1,000 people, each value near the one before with noise; thousands of episodes. One process
does it, as a worker would. The second figure has a change over seven days in the contract. The third is what one value
costs against the bare evaluator going over the same values by one contract, without a database: a backtest goes over
them by two.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.apart import measured_apart
from bench.figures import Figure

OBSERVATIONS, PEOPLE = 1_000_000, 1_000
SECONDS = 10.0
TIMES_THE_EVALUATOR = 4.0


def run() -> Iterator[Figure]:
    """The figures of this area."""
    found = measured_apart("bench.backtest_site", OBSERVATIONS, PEOPLE)
    yield Figure("backtest.plain_1m", found["plain"], SECONDS, 1.0)
    yield Figure("backtest.change_1m", found["change"], SECONDS, 1.0)
    yield Figure("backtest.times_the_evaluator", found["plain"], found["evaluator"], TIMES_THE_EVALUATOR)
