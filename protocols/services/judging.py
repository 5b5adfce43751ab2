"""Deviations as they are stored: in step with every change of a run, within the transaction that changes it."""

from __future__ import annotations

from collections.abc import Sequence

from protocols.conformance import Found, next_due
from protocols.models import Deviation, ProtocolRun
from protocols.services.facts import Whole, facts_of
from protocols.services.rows import insert, made, select
from protocols.services.steps import Tallies
from telemetry.storage import store

DEVIATIONS = "protocol_deviations"
"""The counter of deviations as they are first found, by agent, KPI and rule."""


def judged(runs: Sequence[Whole], now: int, tallies: Tallies) -> None:
    """Store the deviations of runs whose people are held: what is new is added, what no longer holds is deleted unless
    a person judged it. A constant number of statements."""
    if not runs:
        return
    facts = facts_of(runs)
    rows = select(store(), Deviation, "run_id", list(facts))
    there = {(one.run_id, one.place, one.rule): one for one in rows}
    found = {(pk, one.place, one.rule): one for pk, own in facts.items() for one in own.judged(now)}
    agents = {one.run.pk: one.run for one in runs}
    for pk, _, rule in found.keys() - there.keys():
        tallies[DEVIATIONS, agents[pk].agent, agents[pk].kpi, rule] += 1
    _store(there, found)
    _look_in_time([(one.run, next_due(*facts[one.run.pk], now)) for one in runs])


Key = tuple[int, int, str]


def _store(there: dict[Key, Deviation], found: dict[Key, Found]) -> None:
    added = [
        made(Deviation, run_id=key[0], place=one.place, rule=one.rule, at=one.at, message=one.message)
        for key, one in found.items()
        if key not in there
    ]
    insert(store(), added)
    changed = [row for key, row in there.items() if key in found and differs(row, found[key])]
    for row in changed:
        one = found[row.run_id, row.place, row.rule]
        row.at, row.message = one.at, one.message
    if changed:
        Deviation.objects.bulk_update(changed, ["at", "message"])
    gone = [row.pk for key, row in there.items() if key not in found and not row.judgement]
    if gone:
        Deviation.objects.filter(pk__in=gone).delete()


def differs(row: Deviation, found: Found) -> bool:
    """Whether a deviation is stored otherwise than it is found."""
    return (row.at, row.message) != (found.at, found.message)


def _look_in_time(dues: Sequence[tuple[ProtocolRun, int | None]]) -> None:
    """Have the sweep look when something may be overdue. Without pauses it does anyway."""
    sooner = [(run, due) for run, due in dues if due is not None and (run.due is None or due < run.due)]
    for run, due in sooner:
        run.due = due
    if sooner:
        ProtocolRun.objects.bulk_update([run for run, _ in sooner], ["due"])
