"""Rendered lines of many rows, some of which change: blocks of lines that are joined already.

A row has a number, a time, and a line in each of the stack's columns. Of a line only its text within the block is
kept, and its length; what changes is cut out of it and put in, and the other blocks stay as they are.
Once a row is stale, the first column's line is left out, at length 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import accumulate
from typing import Any

SIZE = 96
"""Rows of a block, when it is made; with more than twice as many it is split."""
STALE = 2**63 - 1
"""Stands for the time of a row whose first line is left out: it will not become stale once more."""

Row = tuple[Any, ...]
"""The row's number, its time, and what its lines are made of."""
Render = Callable[[Row], tuple[bytes, ...]]


class Lines:
    """Lines, joined. The text is replaced, never changed: whoever has it keeps what it was."""

    __slots__ = ("text", "widths")

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.text = b"".join(lines)
        self.widths = array("H", map(len, lines))

    def patch(self, slot: int, tail: bytes) -> None:
        """Put another number into a line: what stands after its last space."""
        text, widths = self.text, self.widths
        end = sum(widths[: slot + 1]) - 1
        start = text.rindex(b" ", 0, end) + 1
        whole = memoryview(text)
        self.text = b"".join((whole[:start], tail, whole[end:]))
        widths[slot] += len(tail) - (end - start)

    def insert(self, slot: int, line: bytes) -> None:
        """A line between the others."""
        self.widths.insert(slot, 0)
        self.replace(slot, line)

    def replace(self, slot: int, line: bytes) -> None:
        """Another line instead of one."""
        start = sum(self.widths[:slot])
        self.text = self.text[:start] + line + self.text[start + self.widths[slot] :]
        self.widths[slot] = len(line)

    def blank(self, slots: Container[int]) -> None:
        """Leave lines out; their slots stay."""
        ends = accumulate(self.widths)
        lines = [
            b"" if slot in slots else self.text[end - width : end]
            for slot, (end, width) in enumerate(zip(ends, self.widths, strict=True))
        ]
        self.text = b"".join(lines)
        self.widths = array("H", map(len, lines))

    def only(self, slots: Iterable[int]) -> Lines:
        """Some of the lines."""
        ends = list(accumulate(self.widths))
        return Lines([self.text[ends[slot] - self.widths[slot] : ends[slot]] for slot in slots])

    def first(self, count: int) -> bytes:
        """The text of the first lines."""
        return self.text[: sum(self.widths[:count])]


class Block:
    """Rows that follow each other. ``columns`` has their lines; none where they are not shown.

    No row is older than ``oldest``, but those that are `STALE`.
    """

    __slots__ = ("ats", "columns", "ids", "oldest")

    def __init__(self, ids: array[int], ats: array[int], columns: tuple[Lines, ...]) -> None:
        self.ids, self.ats, self.columns = ids, ats, columns
        self.oldest = min(ats)

    @classmethod
    def of(cls, rows: Sequence[Row], lines: Render | None) -> Block:
        """Rows in the order of their numbers; without ``lines`` they are not shown."""
        columns = tuple(map(Lines, zip(*map(lines, rows), strict=True))) if lines else ()
        return cls(array("q", [row[0] for row in rows]), array("q", [row[1] for row in rows]), columns)

    def put(self, row: Row, lines: Render) -> bool:
        """A row between the others, or with all its lines again where it was stale; whether it is new."""
        slot = bisect_left(self.ids, row[0])
        is_new = slot == len(self.ids) or self.ids[slot] != row[0]
        if is_new:
            self.ids.insert(slot, row[0])
            self.ats.insert(slot, row[1])
        self.ats[slot] = row[1]
        self.oldest = min(self.oldest, row[1])
        if self.columns:
            for column, line in zip(self.columns, lines(row), strict=True):
                (column.insert if is_new else column.replace)(slot, line)
        return is_new

    def blank_before(self, at: int) -> None:
        """Leave the first line out of rows whose time is before a moment."""
        stale = {slot for slot, when in enumerate(self.ats) if when < at}
        for slot in stale:
            self.ats[slot] = STALE
        if stale and self.columns:
            self.columns[0].blank(stale)
        self.oldest = min(self.ats)

    def only(self, slots: Sequence[int]) -> Block:
        """Some of the rows, in order."""
        return Block(
            array("q", [self.ids[slot] for slot in slots]),
            array("q", [self.ats[slot] for slot in slots]),
            tuple([column.only(slots) for column in self.columns]),
        )


class Stack:
    """Rows in the order of their numbers, of which the first ``budget`` are shown.

    ``lines`` renders a row's lines, ``tails`` what stands in them from the number on, without the end of the line.
    """

    def __init__(self, lines: Render, tails: Render, budget: int) -> None:
        self._lines, self._tails, self._budget = lines, tails, budget
        self._blocks: list[Block] = []
        self._starts: list[int] = []
        self._is_part_dark = False
        self.count = 0

    @property
    def is_tight(self) -> bool:
        """Whether there are more rows than may be shown, or were."""
        return self.count > self._budget or self._is_part_dark

    @property
    def over_budget(self) -> int:
        """How many rows are not shown."""
        return max(self.count - self._budget, 0)

    def patch(self, rows: Iterable[Row]) -> list[int]:
        """Give rows another time and number; the numbers of those that are to be added: not here, or stale."""
        blocks, starts, tails = self._blocks, self._starts, self._tails
        if not blocks:
            return [row[0] for row in rows]
        unknown: list[int] = []
        for row in rows:
            pk, at = row[0], row[1]
            block = blocks[bisect_right(starts, pk) - 1]
            ids = block.ids
            slot = bisect_left(ids, pk)
            if slot == len(ids) or ids[slot] != pk or block.ats[slot] == STALE:
                unknown.append(pk)
                continue
            block.ats[slot] = at
            if at < block.oldest:
                block.oldest = at
            if block.columns:
                for column, tail in zip(block.columns, tails(row), strict=True):
                    column.patch(slot, tail)
        return unknown

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows that are new or were stale, in the order of their numbers."""
        last = self._blocks[-1].ids[-1] if self._blocks else -1
        room = SIZE - len(self._blocks[-1].ids) if self._blocks else 0
        start = bisect_right([row[0] for row in rows], last) + max(room, 0)
        for row in rows[:start]:
            self._insert(row)
        for place in range(start, len(rows), SIZE):
            self._append(rows[place : place + SIZE])

    def _append(self, rows: Sequence[Row]) -> None:
        is_dark = self.count >= self._budget
        self._is_part_dark = self._is_part_dark or is_dark
        self._blocks.append(Block.of(rows, None if is_dark else self._lines))
        self._starts.append(rows[0][0])
        self.count += len(rows)

    def _insert(self, row: Row) -> None:
        place = max(bisect_right(self._starts, row[0]) - 1, 0)
        block = self._blocks[place]
        self.count += block.put(row, self._lines)
        self._starts[place] = block.ids[0]
        if (size := len(block.ids)) > 2 * SIZE:
            self._replace(place, [block.only(range(SIZE)), block.only(range(SIZE, size))])

    def blank_before(self, at: int) -> None:
        """Leave the first line out of rows whose time is before a moment, until they are added once more."""
        for block in self._blocks:
            if block.oldest < at:
                block.blank_before(at)

    def keep_only(self, alive: array[int]) -> None:
        """Leave out rows whose number is not among these, which ascend."""
        for place in reversed(range(len(self._blocks))):
            ids = self._blocks[place].ids
            start = bisect_left(alive, ids[0])
            there = set(alive[start : bisect_right(alive, ids[-1], start)])
            self._keep(place, [slot for slot, pk in enumerate(ids) if pk in there])

    def _keep(self, place: int, slots: Sequence[int]) -> None:
        block = self._blocks[place]
        if len(slots) < len(block.ids):
            self.count -= len(block.ids) - len(slots)
            self._replace(place, [block.only(slots)] if slots else [])

    def _replace(self, place: int, blocks: Sequence[Block]) -> None:
        self._blocks[place : place + 1] = blocks
        self._starts[place : place + 1] = [block.ids[0] for block in blocks]

    def balance(self) -> list[int]:
        """Forget the lines of what is beyond the budget; the rows that came within it and have no lines yet."""
        wanted: list[int] = []
        seen, self._is_part_dark = 0, False
        for block in self._blocks:
            if seen >= self._budget:
                block.columns, self._is_part_dark = (), True
            elif not block.columns:
                wanted += block.ids
            seen += len(block.ids)
        return wanted

    def light(self, rows: Iterable[Row]) -> None:
        """Render rows that `balance` asked for; those that are gone meanwhile are left out."""
        found = {row[0]: row for row in rows}
        for place in reversed([n for n, block in enumerate(self._blocks) if not block.columns]):
            ids = self._blocks[place].ids
            there = [found[pk] for pk in ids if pk in found]
            if there:
                self.count -= len(ids) - len(there)
                self._replace(place, [Block.of(there, self._lines)])

    def texts(self, column: int) -> list[bytes]:
        """The shown lines of a column, as pieces that are never changed."""
        if not self.over_budget:
            return [block.columns[column].text for block in self._blocks if block.columns]
        pieces: list[bytes] = []
        room = self._budget
        for block in self._blocks:
            if room <= 0 or not block.columns:
                break
            pieces.append(block.columns[column].first(room))
            room -= len(block.ids)
        return pieces
