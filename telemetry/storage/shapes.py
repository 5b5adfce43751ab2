"""What goes into the store and comes out of it, and what each database does in its own way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from contracts.evaluation import Memory

NEVER = -(2**62)
"""The time of a series that has no value yet."""


class SeriesKey(NamedTuple):
    """What tells one series from another."""

    subject: int
    kpi: str
    agent: str
    source: str


class StandingKey(NamedTuple):
    """What tells one binding of a person from another."""

    subject: int
    kpi: str
    agent: str


class SeriesRow(NamedTuple):
    """A series with its latest value; ``at`` is NEVER where there is none."""

    id: int
    at: int
    value: float


class StandingRow(NamedTuple):
    """A standing, and the release it was evaluated by; the rest is as its model has it."""

    id: int
    memory: Memory
    release: int
    source: str = ""
    sources: str = ""
    open_severity: int = 0
    looked: int | None = None
    contracts: str = ""


class Value(NamedTuple):
    """One row of the history."""

    series: int
    at: int
    value: float
    received: int
    context: str | None


class Stored(NamedTuple):
    """What the history holds at a moment; the context as JSON."""

    value: float
    context: str | None


class Span(NamedTuple):
    """A part of a series' history; ``until`` is no part of it."""

    series: int
    since: int
    until: int


class Latest(NamedTuple):
    """A series' new latest value."""

    series: int
    at: int
    value: float
    received: int


class TransitionRow(NamedTuple):
    """One row of the transitions, ``inputs`` as JSON."""

    agent: str
    kpi: str
    subject: int
    before: int
    after: int
    cause: str
    at: int
    recorded: int
    release: int
    rule: str
    condition: str
    reason: str
    inputs: str
    source: str


class Moved(NamedTuple):
    """A standing's new memory, where nothing else about it is another."""

    id: int
    memory: Memory
    release: int


class Settled(NamedTuple):
    """All that is new about a standing. ``is_news`` says that its state or open severity is another."""

    id: int
    memory: Memory
    release: int
    source: str
    sources: str
    open_severity: int
    looked: int | None
    contracts: str
    is_news: bool


class TallyKey(NamedTuple):
    """What is counted."""

    name: str
    agent: str
    kpi: str
    what: str


class KeptAnswer(NamedTuple):
    """What was answered to a body, packed, for whoever sends it again."""

    digest: str
    agent: str
    answer: bytes
    at: int


class Store(Protocol):
    """Bulk reads and writes of one transaction. Every statement is one, however many rows it is about."""

    def now(self) -> int:
        """The number of this transaction: what rows carry as ``changed``."""

    def run(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """One statement; what it returns."""

    def hold(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """Keep these people, in ascending order, until the transaction ends; id and name of those there are."""

    def subjects(self, users: Sequence[str]) -> dict[str, int]:
        """The ids of these people, who are held; who is new is added. Raises Gone."""

    def standings(self, keys: Collection[StandingKey]) -> dict[StandingKey, StandingRow]:
        """These standings, whose people are held; new ones are added."""

    def series(self, keys: Collection[SeriesKey]) -> dict[SeriesKey, SeriesRow]:
        """These series, whose people are held; new ones are added."""

    def values_at(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Stored]:
        """What the history holds at these (series, at)."""

    def history(self, spans: Sequence[Span]) -> Iterable[tuple[int, int, float]]:
        """Series, time and value of what the history holds there, each series' in the order of time."""

    def add_values(self, values: Sequence[Value]) -> None:
        """Append to the history what is not there; all of it was received at one time."""

    def correct_values(self, values: Sequence[Value], before: Sequence[Stored]) -> None:
        """Replace values of the history, and keep what they were."""

    def move_series(self, latest: Sequence[Latest]) -> None:
        """Give series their latest value, where it is newer, or as new."""

    def move_standings(self, moved: Sequence[Moved]) -> None:
        """Store memories that leave everything else as it is: nearly all."""

    def settle_standings(self, settled: Sequence[Settled]) -> None:
        """Store standings as a whole."""

    def add_transitions(self, rows: Sequence[TransitionRow]) -> None:
        """Append transitions."""

    def count(self, tallies: Mapping[TallyKey, int]) -> None:
        """Count up."""

    def answer_to(self, digest: str) -> bytes | None:
        """What was answered to this batch before."""

    def known_subjects(self, users: Sequence[str]) -> dict[str, int]:
        """The ids of those of these people whom there are; nobody is held or added."""

    def known_series(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """The numbers of those of these series that there are."""

    def forget_answers(self, digests: Sequence[str]) -> None:
        """Have these batches not been answered."""

    def keep_answers(self, answers: Sequence[KeptAnswer]) -> int:
        """Keep what is answered; how many of these were not answered before."""

    def settled(self) -> None:
        """The transaction is committed: the next ones may rely on the ids it saw."""


def columns(rows: Iterable[Sequence[object]], width: int) -> list[list[object]]:
    """Rows as columns; empty ones where there are no rows."""
    found = [list(column) for column in zip(*rows, strict=True)]
    return found or [[] for _ in range(width)]
