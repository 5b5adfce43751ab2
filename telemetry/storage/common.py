"""What both databases do alike: look up what is known by id, add what is missing, and look again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

from telemetry.storage.known import Known
from telemetry.storage.memories import from_columns
from telemetry.storage.shapes import NEVER, KeptAnswer, SeriesKey, SeriesRow, StandingKey, StandingRow

Row = tuple[Any, ...]
_make: Final = tuple.__new__
known_subjects: Known[str] = Known()
known_standings: Known[StandingKey] = Known()
known_series: Known[SeriesKey] = Known()


class Gone(Exception):
    """Somebody was deleted since this process saw them last: look everything up again."""


class Common(ABC):
    """A store's reading. Subclasses say how their database takes many rows at once.

    Deadlocks cannot happen: a transaction adds the people it does not know in the order of their names, then
    holds all of its people in the order of their ids, and whatever else it touches belongs to one of them
    (or is a tally: those come last, in order too).
    """

    def __init__(self) -> None:
        self._database = connections[DEFAULT_DB_ALIAS]
        self._database.ensure_connection()
        self._new_subjects: dict[str, int] = {}
        self._new_standings: dict[StandingKey, int] = {}
        self._new_series: dict[SeriesKey, int] = {}

    def subjects(self, users: Sequence[str]) -> dict[str, int]:
        """The ids of these people, who are held; who is new is added. Raises Gone."""
        get = known_subjects.get
        found = {user: pk for user in users if (pk := get(user)) is not None}
        if len(found) < len(users):
            missing = sorted(set(users) - found.keys())
            self._add_subjects(missing)
            self._new_subjects = {user: pk for pk, user in self._read_subjects(missing)}
            found |= self._new_subjects
        held = self.hold(sorted(found.values()))
        if len(found) < len(users) or len(held) < len(found) or any(found[user] != pk for pk, user in held):
            raise Gone
        return found

    def standings(self, keys: Collection[StandingKey]) -> dict[StandingKey, StandingRow]:
        """These standings, whose people are held; new ones are added. ``keys`` is a set or a mapping."""
        get = known_standings.get
        ids = [pk for key in keys if (pk := get(key)) is not None]
        found = {_make(StandingKey, row[1:4]): row for row in self._standings_by_id(ids)}
        missing = sorted(keys - found.keys()) if isinstance(keys, set) else sorted(set(keys) - found.keys())
        if missing:
            fresh = {StandingKey(*row[1:4]): row for row in self._find_standings(missing)}
            if absent := [key for key in missing if key not in fresh]:
                self._add_standings(absent)
                fresh |= {StandingKey(*row[1:4]): row for row in self._find_standings(absent)}
            self._new_standings = {key: row[0] for key, row in fresh.items()}
            found |= fresh
        return {
            key: _make(StandingRow, (row[0], from_columns(row[5:13]), row[4], *row[13:]))
            for key, row in found.items()
            if key in keys
        }

    def series(self, keys: Collection[SeriesKey]) -> dict[SeriesKey, SeriesRow]:
        """These series, whose people are held; new ones are added. ``keys`` is a set or a mapping."""
        get = known_series.get
        ids = [pk for key in keys if (pk := get(key)) is not None]
        found = {_make(SeriesKey, row[1:5]): row for row in self._series_by_id(ids)}
        missing = sorted(set(keys) - found.keys())
        if missing:
            fresh = {SeriesKey(*row[1:5]): row for row in self._find_series(missing)}
            if absent := [key for key in missing if key not in fresh]:
                self._add_series(absent)
                fresh |= {SeriesKey(*row[1:5]): row for row in self._find_series(absent)}
            self._new_series = {key: row[0] for key, row in fresh.items()}
            found |= fresh
        return {key: _make(SeriesRow, (row[0], row[5], row[6])) for key, row in found.items() if key in keys}

    def settled(self) -> None:
        """The transaction is committed: its ids may be relied on."""
        if self._new_subjects:
            known_subjects.learn(self._new_subjects)
        if self._new_standings:
            known_standings.learn(self._new_standings)
        if self._new_series:
            known_series.learn(self._new_series)

    def answer_to(self, digest: str) -> bytes | None:
        """What was answered to this batch before."""
        rows = self.run("SELECT answer FROM telemetry_batch WHERE digest = %s", digest)
        return bytes(rows[0][0]) if rows else None

    def known_subjects(self, users: Sequence[str]) -> dict[str, int]:
        """The ids of those of these people whom there are; nobody is held or added."""
        return {user: pk for pk, user in self._read_subjects(users)} if users else {}

    def known_series(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """The numbers of those of these series that there are."""
        return {SeriesKey(*row[1:5]): row[0] for row in self._find_series(keys)} if keys else {}

    def forget_answers(self, digests: Sequence[str]) -> None:
        """Have these batches not been answered."""
        for digest in digests:
            self.run("DELETE FROM telemetry_batch WHERE digest = %s", digest)

    def keep_answers(self, answers: Sequence[KeptAnswer]) -> int:
        """Keep what is answered; how many of these were not answered before."""
        places = ", ".join(["(%s, %s, %s, %s)"] * len(answers))
        rows = self.run(
            f"INSERT INTO telemetry_batch (digest, agent, answer, at) VALUES {places}"
            " ON CONFLICT (digest) DO NOTHING RETURNING at",
            *chain.from_iterable(answers),
        )
        return len(rows)

    @abstractmethod
    def run(self, sql: str, *parameters: Any) -> list[Row]:
        """One statement; what it returns. By the driver's own cursor: Django's costs more than the statement."""

    @abstractmethod
    def hold(self, ids: Sequence[int]) -> list[Row]:
        """Keep these people, in ascending order, until the transaction ends; (id, user_id) of those there are."""

    @abstractmethod
    def _add_subjects(self, users: Sequence[str]) -> None: ...
    @abstractmethod
    def _read_subjects(self, users: Sequence[str]) -> list[Row]: ...
    @abstractmethod
    def _standings_by_id(self, ids: Sequence[int]) -> list[Row]: ...
    @abstractmethod
    def _add_standings(self, keys: Sequence[StandingKey]) -> None: ...
    @abstractmethod
    def _find_standings(self, keys: Sequence[StandingKey]) -> list[Row]: ...
    @abstractmethod
    def _series_by_id(self, ids: Sequence[int]) -> list[Row]: ...
    @abstractmethod
    def _add_series(self, keys: Sequence[SeriesKey]) -> None: ...
    @abstractmethod
    def _find_series(self, keys: Sequence[SeriesKey]) -> list[Row]: ...


STANDING = (
    "t.id, t.subject_id, t.kpi, t.agent, t.release, t.state, t.since, t.at, t.heard, t.value, t.due, t.marks,"
    " t.skipped, t.source, t.sources, t.open_severity, t.looked, t.contracts"
)
SERIES = "t.id, t.subject_id, t.kpi, t.agent, t.source, t.at, t.value"
NEW_STANDING = "-1, '', '', 0, 0, '', '', 0, ''"
STANDING_COLUMNS = (
    "subject_id, kpi, agent, state, marks, skipped, release, changed, source, sources, open_severity,"
    " contracts"
)
NEW_SERIES = f"0, {NEVER}, 0, 0"
