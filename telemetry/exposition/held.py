"""The series and states as this process holds them: rendered, and brought up to date before every scrape.

The database is the truth. What changed there is found by a cursor (`telemetry.cursors`), what was deleted by a
counter; where neither can be trusted, as after a restore, everything is read again.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from django.conf import settings

from contracts.yamltree import paused_gc
from telemetry import cursors, subjects
from telemetry.contracts_now import Released
from telemetry.exposition import reading
from telemetry.exposition.lines import encoded, escaped
from telemetry.exposition.samples import series_stack, state_stack
from telemetry.exposition.shown import Shown, shown_by
from telemetry.exposition.stacks import Row, Stack
from telemetry.models import Series, Standing

Binding = tuple[str, str]
"""A KPI's name, and an agent's."""


class Held:
    """What one process holds. Whoever uses it has its ``lock``."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.series: dict[str, Stack] = {}
        self.states: dict[Binding, Stack] = {}
        self.shown: Mapping[str, Shown] = {}
        self._released: Released | None = None
        self._cursor = -1
        self._place: cursors.Place = ()
        self._gone = -1

    def forget(self) -> None:
        """Read everything again the next time."""
        self.series, self.states, self.shown = {}, {}, {}
        self._released, self._cursor, self._gone = None, -1, -1

    def bring_up_to(self, now: int, released: Released) -> None:
        """Know all that is committed by now. ``now`` is in microseconds."""
        with paused_gc():  # many small tuples that are gone in a moment, and very many that stay
            self._bring_up_to(now, released)

    def _bring_up_to(self, now: int, released: Released) -> None:
        gone = reading.gone()
        following, place = cursors.now_and_place()
        is_known = place == self._place and following >= self._cursor >= 0 and gone >= self._gone
        if not is_known:
            self.forget()
            self._follow(released)
            self._read_all()
        else:
            self._follow(released)
            if gone != self._gone:
                self._leave_out_deleted()
            self._read_changed()
        self._cursor, self._place, self._gone = following, place, gone
        self._keep_to_budget()
        self._leave_out_stale(now)

    def _follow(self, released: Released) -> None:
        """Show what is released. KPIs that are shown otherwise than before are read again."""
        if released is self._released:
            return
        before, self.shown = self.shown, shown_by(released)
        other = [name for name in {*before, *self.shown} if before.get(name) != self.shown.get(name)]
        for name in other:
            self.series.pop(name, None)
        again = [name for name in other if name in self.shown]
        self._released = released
        if self._cursor >= 0 and again:
            self._read_series(again)

    def _read_all(self) -> None:
        self._read_series(list(self.shown))
        labels: dict[str, bytes] = {}
        for some in reading.streamed(reading.all_standings()):
            self._add_standings(some, labels)

    def _read_series(self, kpis: Sequence[str]) -> None:
        labels: dict[str, bytes] = {}
        found = reading.all_series()
        for some in reading.streamed(found if len(kpis) == len(self.shown) else found.filter(kpi__in=kpis)):
            self._add_series(some, labels)

    def _read_changed(self) -> None:
        changed = reading.changed_series(self._cursor)
        unknown: list[int] = []
        for kpi, some in _grouped(changed, 3).items():
            if kpi in self.shown:
                unknown += self._of_kpi(kpi).patch(some)
        if unknown:
            self._add_series(reading.those(reading.all_series(), sorted(unknown)), {})
        moved = reading.changed_standings(self._cursor)
        unknown = []
        for (kpi, agent), those in _by_binding(moved).items():
            unknown += self._of_binding(kpi, agent).patch(those)
        if unknown:
            self._add_standings(reading.those(reading.all_standings(), sorted(unknown)), {})

    def _add_series(self, rows: Iterable[Row], labels: dict[str, bytes]) -> None:
        for kpi, some in _grouped(rows, 3).items():
            if kpi in self.shown:
                self._of_kpi(kpi).add(_labelled(some, labels))

    def _add_standings(self, rows: Iterable[Row], labels: dict[str, bytes]) -> None:
        for (kpi, agent), some in _by_binding(rows).items():
            self._of_binding(kpi, agent).add(_labelled(some, labels))

    def _of_kpi(self, kpi: str) -> Stack:
        stack = self.series.get(kpi)
        if stack is None:
            stack = self.series[kpi] = series_stack(self.shown[kpi].metric, settings.SERIES_BUDGET)
        return stack

    def _of_binding(self, kpi: str, agent: str) -> Stack:
        stack = self.states.get((kpi, agent))
        if stack is None:
            stack = self.states[kpi, agent] = state_stack(settings.SERIES_BUDGET)
        return stack

    def _leave_out_deleted(self) -> None:
        for model, stacks in ((Series, self.series.values()), (Standing, self.states.values())):
            alive: array[int] = reading.alive(model)
            for stack in stacks:
                stack.keep_only(alive)

    def _leave_out_stale(self, now: int) -> None:
        """A silent series has no value; when it was measured last is what alerts on silence stand on."""
        for kpi, stack in self.series.items():
            shown = self.shown[kpi]
            if shown.missing and shown.metric:
                stack.blank_before(now - shown.missing + 1)

    def _keep_to_budget(self) -> None:
        for stack in self.series.values():
            if stack.is_tight and (wanted := stack.balance()):
                found = reading.those(reading.all_series(), wanted)
                stack.light(_labelled(found, {}))
        for stack in self.states.values():
            if stack.is_tight and (wanted := stack.balance()):
                found = reading.those(reading.all_standings(), wanted)
                stack.light(_labelled(found, {}))


held = Held()
"""This process' own."""


def _grouped(rows: Iterable[Row], column: int) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _by_binding(rows: Iterable[Row]) -> dict[Binding, list[Row]]:
    found: dict[Binding, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[3], row[4]].append(row)
    return found


def _labelled(rows: Iterable[Row], known: dict[str, bytes]) -> list[Row]:
    """Rows with what somebody is called instead of their id."""
    get = known.get
    return [(*row[:6], get(row[6]) or _label(row[6], known)) for row in rows]


def _label(user_id: str, known: dict[str, bytes]) -> bytes:
    """What somebody is called, as it stands in a line; hashed once for all of their rows."""
    label = known[user_id] = encoded(escaped(subjects.label(user_id)))
    return label
