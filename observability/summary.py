"""What could not be made of a release, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from observability.active_triggers import LeftOut

MOST = 50
"""Sentences about single triggers; how many more there are is said."""


def remarks(paths: Collection[str], left_out: Sequence[LeftOut]) -> Iterator[str]:
    """A sentence for everything that is missing in these files, and why."""
    if not paths:
        yield "No alerts or dashboards were made: nothing here makes any of this release."
    for one in left_out[:MOST]:
        yield f"Left out: {one.agent}, {one.kpi}: {one.reason}"
    if (beyond := len(left_out) - MOST) > 0:
        yield f"Left out: {beyond:,} more."
