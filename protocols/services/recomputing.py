"""Deviations computed anew from what is stored of runs, and compared with those that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from protocols.conformance import Found
from protocols.models import Deviation, ProtocolRun
from protocols.services.facts import Facts, facts_of, stored
from protocols.services.holding import working
from protocols.services.judging import differs
from telemetry.progress import Progress, no_progress
from telemetry.storage import hold

AT_ONCE: Final = 500


class Difference(NamedTuple):
    """One deviation that is stored otherwise than it is found; a message is "" where it is not there at all."""

    run: int
    agent: str
    kpi: str
    place: int
    rule: str
    stored: str
    found: str


@dataclass(slots=True)
class Comparison:
    """How many runs were looked at, and what differs."""

    runs: int = 0
    deviations: int = 0
    differences: list[Difference] = field(default_factory=list)


def compared(now: int, since: int | None = None, progress: Progress = no_progress) -> Comparison:
    """Judge every run anew that was opened since a moment, or ever. Nothing is changed.

    Runs may move meanwhile: where something differs it is looked at once more, with its person held.
    """
    told = Comparison()
    for pks in _batches(since):
        count, found = _differences(pks, now)
        for run in sorted({one.run for one in found}):
            told.differences += _held(run, now)
        told.runs += len(pks)
        told.deviations += count
        progress(told.runs, 0, "judging runs anew")
    return told


def _batches(since: int | None) -> Iterator[list[int]]:
    rows = ProtocolRun.objects.order_by("pk").values_list("pk", flat=True)
    if since is not None:
        rows = rows.filter(opened__gte=since)
    last = 0
    while pks := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield pks
        last = pks[-1]


def _held(run: int, now: int) -> Sequence[Difference]:
    subject = ProtocolRun.objects.filter(pk=run).values_list("subject", flat=True).first()
    if subject is None:
        return ()
    with working(now):
        hold([subject])
        return _differences([run], now)[1]


def _differences(pks: Iterable[int], now: int) -> tuple[int, list[Difference]]:
    """How many deviations were found of these runs, and what differs."""
    wholes = stored(pks)
    facts = facts_of(wholes)
    rows: dict[int, list[Deviation]] = {pk: [] for pk in facts}
    for row in Deviation.objects.filter(run__in=facts):
        rows[row.run_id].append(row)
    count = 0
    told: list[Difference] = []
    for whole in wholes:
        found = _found(whole.run, facts[whole.run.pk], now)
        count += len(found)
        told += _compare(whole.run, rows[whole.run.pk], found)
    return count, told


def _found(run: ProtocolRun, facts: Facts, now: int) -> tuple[Found, ...]:
    """What the run was judged by last: where the sweep has not looked yet, at the moment before it should."""
    looked = now if run.due is None or run.due > now else run.due - 1
    return facts.judged(looked)


def _compare(run: ProtocolRun, rows: Iterable[Deviation], found: Iterable[Found]) -> Iterator[Difference]:
    there = {(one.place, one.rule): one for one in rows}
    wanted = {(one.place, one.rule): one for one in found}
    for key in sorted(there.keys() | wanted.keys()):
        row, one = there.get(key), wanted.get(key)
        is_kept = row is not None and one is None and row.judgement  # it stays because a person judged it
        if is_kept or (row is not None and one is not None and not differs(row, one)):
            continue
        yield Difference(
            run.pk, run.agent, run.kpi, *key, row.message if row else "", one.message if one else ""
        )
