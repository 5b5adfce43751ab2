"""The store on SQLite: rows are read as JSON arrays (``json_each``) and written one prepared statement many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from telemetry.storage.common import NEW_SERIES, NEW_STANDING, SERIES, STANDING, STANDING_COLUMNS, Common, Row
from telemetry.storage.memories import as_columns
from telemetry.storage.shapes import (
    Latest,
    Moved,
    SeriesKey,
    Settled,
    Span,
    StandingKey,
    Stored,
    TallyKey,
    TransitionRow,
    Value,
)

MEMORY = "state = %s, since = %s, at = %s, heard = %s, value = %s, due = %s, marks = %s, skipped = %s"
_N = "json_extract(n.value, '$[{}]')"
_KEY = f"t.subject_id = {_N.format(0)} AND t.kpi = {_N.format(1)} AND t.agent = {_N.format(2)}"


class SQLiteStore(Common):
    """See :class:`telemetry.storage.shapes.Store`. Whoever writes is alone, so nothing needs to be held."""

    def __init__(self) -> None:
        super().__init__()
        self._tick = 0

    def run(self, sql: str, *parameters: Any) -> list[Row]:
        """One statement; what it returns. By the driver's own cursor: Django's costs more than the statement."""
        with self._database.wrap_database_errors:
            cursor = self._database.connection.execute(_marked(sql), parameters)
            return cursor.fetchall() if cursor.description else []

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for each row."""
        with self._database.wrap_database_errors:
            self._database.connection.executemany(_marked(sql), rows)

    def now(self) -> int:
        """The number of this transaction: one more than that of the one before. A store serves one only."""
        if not self._tick:
            rows = self.run("UPDATE telemetry_clock SET tick = tick + 1 WHERE id = 1 RETURNING tick")
            self._tick = rows[0][0]
        return self._tick

    def _add_subjects(self, users: Sequence[str]) -> None:
        self.many(
            "INSERT OR IGNORE INTO telemetry_subject (user_id) VALUES (%s)", [(user,) for user in users]
        )

    def _read_subjects(self, users: Sequence[str]) -> list[Row]:
        return self.run(
            "SELECT id, user_id FROM telemetry_subject WHERE user_id IN (SELECT value FROM json_each(%s))",
            _json(list(users)),
        )

    def hold(self, ids: Sequence[int]) -> list[Row]:
        """Whoever writes is alone: only tell (id, user_id) of those there are."""
        return self._by_id("telemetry_subject", "t.id, t.user_id", ids)

    def _standings_by_id(self, ids: Sequence[int]) -> list[Row]:
        return self._by_id("telemetry_standing", STANDING, ids)

    def _series_by_id(self, ids: Sequence[int]) -> list[Row]:
        return self._by_id("telemetry_series", SERIES, ids)

    def _by_id(self, table: str, what: str, ids: Sequence[int]) -> list[Row]:
        if not ids:
            return []
        sql = f"SELECT {what} FROM json_each(%s) n JOIN {table} t ON t.id = n.value"
        return self.run(sql, _json(list(ids)))

    def _add_standings(self, keys: Sequence[StandingKey]) -> None:
        self.many(
            f"INSERT INTO telemetry_standing ({STANDING_COLUMNS}) VALUES (%s, %s, %s, {NEW_STANDING})",
            keys,
        )

    def _find_standings(self, keys: Sequence[StandingKey]) -> list[Row]:
        return self.run(
            f"SELECT {STANDING} FROM json_each(%s) n CROSS JOIN telemetry_standing t ON {_KEY}",
            _json(keys),
        )

    def _add_series(self, keys: Sequence[SeriesKey]) -> None:
        self.many(
            "INSERT INTO telemetry_series (subject_id, kpi, agent, source, value, at, received, changed)"
            f" VALUES (%s, %s, %s, %s, {NEW_SERIES})",
            keys,
        )

    def _find_series(self, keys: Sequence[SeriesKey]) -> list[Row]:
        return self.run(
            f"SELECT {SERIES} FROM json_each(%s) n CROSS JOIN telemetry_series t"
            f" ON {_KEY} AND t.source = {_N.format(3)}",
            _json(keys),
        )

    def values_at(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Stored]:
        """What the history holds at these (series, at)."""
        if not places:
            return {}
        rows = self.run(
            "SELECT o.series_id, o.at, o.value, o.context FROM json_each(%s) n"
            f" CROSS JOIN telemetry_observation o ON o.series_id = {_N.format(0)} AND o.at = {_N.format(1)}",
            _json(places),
        )
        return {(series, at): Stored(value, context) for series, at, value, context in rows}

    def history(self, spans: Sequence[Span]) -> list[Row]:
        """Series, time and value of what the history holds there, each series' in the order of time."""
        return self.run(
            "SELECT o.series_id, o.at, o.value FROM json_each(%s) n CROSS JOIN telemetry_observation o"
            f" ON o.series_id = {_N.format(0)} AND o.at >= {_N.format(1)} AND o.at < {_N.format(2)} ORDER BY 1, 2",
            _json(spans),
        )

    def add_values(self, values: Sequence[Value]) -> None:
        """Append to the history."""
        if not values:
            return
        # What nearly all rows have in common is not bound for each of them: a third of the cost.
        received = int(values[0].received)
        if plain := [one[:3] for one in values if one.context is None]:
            self.many(
                f"INSERT INTO telemetry_observation (series_id, at, value, received) VALUES (%s, %s, %s, {received})",
                plain,
            )
        if rest := [one for one in values if one.context is not None]:
            self.many(
                "INSERT INTO telemetry_observation (series_id, at, value, received, context)"
                " VALUES (%s, %s, %s, %s, %s)",
                rest,
            )

    def correct_values(self, values: Sequence[Value], before: Sequence[Stored]) -> None:
        """Replace values of the history, and keep what they were."""
        if values:
            self.many(
                "UPDATE telemetry_observation SET value = %s, received = %s, context = %s"
                " WHERE series_id = %s AND at = %s",
                [(one.value, one.received, one.context, one.series, one.at) for one in values],
            )
            self.many(
                "INSERT INTO telemetry_correction (series_id, at, value, context, replaced)"
                " VALUES (%s, %s, %s, %s, %s)",
                [(one.series, one.at, *was, one.received) for one, was in zip(values, before, strict=True)],
            )

    def move_series(self, latest: Sequence[Latest]) -> None:
        """Give series their latest value, where it is newer, or as new."""
        if latest:
            now = self.now()
            self.many(
                "UPDATE telemetry_series SET at = %s, value = %s, received = %s, changed = %s"
                " WHERE id = %s AND at <= %s",
                [(one.at, one.value, one.received, now, one.series, one.at) for one in latest],
            )

    def move_standings(self, moved: Sequence[Moved]) -> None:
        """Store memories that leave everything else as it is: nearly all."""
        if moved:
            self.many(
                f"UPDATE telemetry_standing SET {MEMORY}, release = %s WHERE id = %s",
                [(*as_columns(one.memory), one.release, one.id) for one in moved],
            )

    def settle_standings(self, settled: Sequence[Settled]) -> None:
        """Store standings as a whole."""
        if settled:
            now = self.now()
            self.many(
                f"UPDATE telemetry_standing SET {MEMORY}, release = %s, source = %s, sources = %s,"
                " open_severity = %s, looked = %s, contracts = %s, changed = max(changed, %s) WHERE id = %s",
                [(*as_columns(one.memory), *one[2:8], now if one.is_news else 0, one.id) for one in settled],
            )

    def add_transitions(self, rows: Sequence[TransitionRow]) -> None:
        """Append transitions."""
        if rows:
            self.many(
                "INSERT INTO telemetry_transition (agent, kpi, subject_id, before, after, cause, at, recorded,"
                " release, rule, condition, reason, inputs, source) VALUES (" + ", ".join(["%s"] * 14) + ")",
                rows,
            )

    def count(self, tallies: Mapping[TallyKey, int]) -> None:
        """Count up."""
        if tallies:
            self.many(
                "INSERT INTO telemetry_tally (name, agent, kpi, what, count) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT (name, agent, kpi, what) DO UPDATE SET count = count + excluded.count",
                [(*key, count) for key, count in tallies.items()],
            )


@lru_cache(maxsize=256)
def _marked(sql: str) -> str:
    """A statement with the marks that the driver knows."""
    return sql.replace("%s", "?")


def _json(data: Any) -> str:
    return orjson.dumps(data, default=tuple).decode()
