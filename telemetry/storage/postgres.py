"""The store on PostgreSQL: every statement takes its rows as arrays (``unnest``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Cursor

from telemetry.storage.arrays import array
from telemetry.storage.common import NEW_SERIES, NEW_STANDING, SERIES, STANDING, STANDING_COLUMNS, Common, Row
from telemetry.storage.memories import COLUMNS, as_columns
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
    columns,
)

MEMORY_NAMES = ", ".join(COLUMNS)
MEMORY_TYPES = (
    "%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::float8[], %s::bigint[],"
    " %s::text[], %s::text[]"
)
MEMORY = ", ".join(f"{name} = n.{name}" for name in COLUMNS)
# The number of this transaction: see :mod:`telemetry.cursors`.
NOW = "pg_current_xact_id()::text::bigint"


class PostgresStore(Common):
    """See :class:`telemetry.storage.shapes.Store`."""

    def __init__(self) -> None:
        super().__init__()
        self._number = 0

    def run(self, sql: str, *parameters: Any, is_planned_anew: bool = False) -> list[Row]:
        """One statement; what it returns. By a cursor that sends arrays apart: Django's writes them into the text.

        ``is_planned_anew`` is for one whose best plan depends on how much is there: once it is prepared, it keeps the
        plan that was best for a small table until the table is analysed again.
        """
        sent = [array(one) if type(one) is list else one for one in parameters]
        with self._database.wrap_database_errors, Cursor(self._database.connection) as cursor:
            cursor.execute(sql, sent, prepare=False if is_planned_anew else None)
            found = cursor.pgresult  # a description would make an object of every column
            return cursor.fetchall() if found and found.nfields else []

    def now(self) -> int:
        """The number of this transaction. Whoever holds people has it already."""
        if not self._number:
            ((self._number,),) = self.run(f"SELECT {NOW}")
        return self._number

    def _add_subjects(self, users: Sequence[str]) -> None:
        self.run(
            "INSERT INTO telemetry_subject (user_id) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            list(users),
        )

    def _read_subjects(self, users: Sequence[str]) -> list[Row]:
        return self.run(
            "SELECT id, user_id FROM telemetry_subject WHERE user_id = ANY(%s::text[])", list(users)
        )

    def hold(self, ids: Sequence[int]) -> list[Row]:
        """Keep these people, in ascending order, until the transaction ends; (id, user_id) of those there are."""
        rows = self.run(
            f"SELECT id, user_id, (SELECT {NOW}) FROM telemetry_subject WHERE id = ANY(%s::bigint[])"
            " ORDER BY id FOR NO KEY UPDATE",
            list(ids),
        )
        if rows:
            self._number = rows[0][2]
        return [row[:2] for row in rows]

    def _standings_by_id(self, ids: Sequence[int]) -> list[Row]:
        return self._by_id("telemetry_standing", STANDING, ids)

    def _series_by_id(self, ids: Sequence[int]) -> list[Row]:
        return self._by_id("telemetry_series", SERIES, ids)

    def _by_id(self, table: str, what: str, ids: Sequence[int]) -> list[Row]:
        return (
            self.run(f"SELECT {what} FROM {table} t WHERE t.id = ANY(%s::bigint[])", list(ids)) if ids else []
        )

    def _add_standings(self, keys: Sequence[StandingKey]) -> None:
        self.run(
            f"INSERT INTO telemetry_standing ({STANDING_COLUMNS})"
            f" SELECT s, k, a, {NEW_STANDING} FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(s, k, a)",
            *columns(keys, 3),
        )

    def _find_standings(self, keys: Sequence[StandingKey]) -> list[Row]:
        return self.run(
            f"SELECT {STANDING} FROM telemetry_standing t"
            " JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS n(s, k, a)"
            " ON (t.subject_id, t.kpi, t.agent) = (n.s, n.k, n.a)",
            *columns(keys, 3),
            is_planned_anew=True,
        )

    def _add_series(self, keys: Sequence[SeriesKey]) -> None:
        self.run(
            "INSERT INTO telemetry_series (subject_id, kpi, agent, source, value, at, received, changed)"
            f" SELECT s, k, a, o, {NEW_SERIES}"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS n(s, k, a, o)",
            *columns(keys, 4),
        )

    def _find_series(self, keys: Sequence[SeriesKey]) -> list[Row]:
        return self.run(
            f"SELECT {SERIES} FROM telemetry_series t"
            " JOIN unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS n(s, k, a, o)"
            " ON (t.subject_id, t.kpi, t.agent, t.source) = (n.s, n.k, n.a, n.o)",
            *columns(keys, 4),
            is_planned_anew=True,
        )

    def values_at(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Stored]:
        """What the history holds at these (series, at)."""
        if not places:
            return {}
        rows = self.run(
            "SELECT o.series_id, o.at, o.value, o.context FROM unnest(%s::bigint[], %s::bigint[]) AS n(s, at)"
            " JOIN telemetry_observation o ON (o.series_id, o.at) = (n.s, n.at)",
            *columns(places, 2),
            is_planned_anew=True,
        )
        return {(series, at): Stored(value, context) for series, at, value, context in rows}

    def history(self, spans: Sequence[Span]) -> list[Row]:
        """Series, time and value of what the history holds there, each series' in the order of time."""
        return self.run(
            "SELECT o.series_id, o.at, o.value FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n(s, f, u)"
            " JOIN telemetry_observation o ON o.series_id = n.s AND o.at >= n.f AND o.at < n.u ORDER BY 1, 2",
            *columns(spans, 3),
            is_planned_anew=True,
        )

    def add_values(self, values: Sequence[Value]) -> None:
        """Append to the history."""
        if plain := [one[:3] for one in values if one.context is None]:
            self.run(
                "INSERT INTO telemetry_observation (series_id, at, value, received) SELECT s, at, v, %s::bigint FROM"
                " unnest(%s::bigint[], %s::bigint[], %s::float8[]) AS n(s, at, v)",
                values[0].received,
                *columns(plain, 3),
            )
        if rest := [one for one in values if one.context is not None]:
            self.run(
                "INSERT INTO telemetry_observation (series_id, at, value, received, context) SELECT * FROM"
                " unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bigint[], %s::text[])",
                *columns(rest, 5),
            )

    def correct_values(self, values: Sequence[Value], before: Sequence[Stored]) -> None:
        """Replace values of the history, and keep what they were."""
        if not values:
            return
        series, at, value, received, context = columns(values, 5)
        self.run(
            "UPDATE telemetry_observation o SET value = n.v, received = n.r, context = n.c FROM"
            " unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bigint[], %s::text[]) AS n(s, at, v, r, c)"
            " WHERE (o.series_id, o.at) = (n.s, n.at)",
            series, at, value, received, context, is_planned_anew=True,
        )  # fmt: skip
        self.run(
            "INSERT INTO telemetry_correction (series_id, at, value, context, replaced) SELECT * FROM"
            " unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::text[], %s::bigint[])",
            series, at, *columns(before, 2), received,
        )  # fmt: skip

    def move_series(self, latest: Sequence[Latest]) -> None:
        """Give series their latest value, where it is newer, or as new."""
        if latest:
            self.run(
                f"UPDATE telemetry_series t SET at = n.at, value = n.v, received = n.r, changed = {NOW} FROM"
                " unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bigint[]) AS n(id, at, v, r)"
                " WHERE t.id = n.id AND t.at <= n.at",
                *columns(latest, 4),
            )

    def move_standings(self, moved: Sequence[Moved]) -> None:
        """Store memories that leave everything else as it is: nearly all."""
        if moved:
            rows = [(one.id, one.release, *as_columns(one.memory)) for one in moved]
            self.run(
                f"UPDATE telemetry_standing t SET {MEMORY}, release = n.release FROM"
                f" unnest(%s::bigint[], %s::int[], {MEMORY_TYPES})"
                f" AS n(id, release, {MEMORY_NAMES}) WHERE t.id = n.id",
                *columns(rows, 10),
            )

    def settle_standings(self, settled: Sequence[Settled]) -> None:
        """Store standings as a whole."""
        if settled:
            rows = [(one.id, *one[2:], *as_columns(one.memory)) for one in settled]
            self.run(
                f"UPDATE telemetry_standing t SET {MEMORY}, release = n.release, source = n.source,"
                " sources = n.sources, open_severity = n.open, looked = n.looked, contracts = n.contracts,"
                f" changed = CASE WHEN n.is_news THEN {NOW} ELSE t.changed END FROM"
                " unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::smallint[], %s::bigint[], %s::text[],"
                f" %s::bool[], {MEMORY_TYPES}) AS n(id, release, source, sources, open, looked, contracts, is_news,"
                f" {MEMORY_NAMES}) WHERE t.id = n.id",
                *columns(rows, 16),
            )

    def add_transitions(self, rows: Sequence[TransitionRow]) -> None:
        """Append transitions."""
        if rows:
            self.run(
                "INSERT INTO telemetry_transition (agent, kpi, subject_id, before, after, cause, at, recorded,"
                " release, rule, condition, reason, inputs, source)"
                " SELECT a, k, s, b, f, c, at, r, n, u, o, w, i::jsonb, e FROM unnest("
                "%s::text[], %s::text[], %s::bigint[], %s::smallint[], %s::smallint[], %s::text[],"
                " %s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
                " AS t(a, k, s, b, f, c, at, r, n, u, o, w, i, e)",
                *columns(rows, 14),
            )

    def count(self, tallies: Mapping[TallyKey, int]) -> None:
        """Count up."""
        if tallies:
            rows = [(*key, tallies[key]) for key in sorted(tallies)]
            self.run(
                "INSERT INTO telemetry_tally (name, agent, kpi, what, count) SELECT * FROM"
                " unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])"
                " ON CONFLICT (name, agent, kpi, what) DO UPDATE SET count = telemetry_tally.count + EXCLUDED.count",
                *columns(rows, 5),
            )
