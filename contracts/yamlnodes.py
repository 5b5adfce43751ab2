"""The tree that :mod:`contracts.yamltree` reads: mappings, sequences and scalars, each with its place."""

from __future__ import annotations

import gc
import math
import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate
from typing import Any, Union

from contracts.findings import Path
from contracts.texts import described

NULL_WORDS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# Only what YAML 1.1 and 1.2 read as the same number. `012`, `1_000`, `1:30` and `1e3` are numbers to one of
# them only: they
# stay text, so that writing them again changes nothing for anyone.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,39})")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,32}")
_FLOAT = re.compile(r"(?:[-+]?[0-9]{1,40}\.[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][-+][0-9]{1,4})?")
# All control characters but tab and the line ends, lone surrogates, and the two that are no characters at
# all.
INVALID_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n|\r|\n")


class YamlError(Exception):
    """The file cannot be read as the YAML of a contract.

    ``code`` is one of too_large, too_deep, too_many_aliases, tag_not_allowed, duplicate_key, not_yaml,
    wrong_encoding,
    empty, invalid_text, several_documents. ``line`` and ``column`` count from 1; 0 means the file as a whole.
    """

    def __init__(self, code: str, message: str, hint: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{where}{self.message}"


class Plain(str):
    """A scalar without quotes. Its type is decided by the document's model, not by YAML."""

    __slots__ = ()


Node = Union[Plain, str, None, "YamlMapping", "YamlSequence"]


class YamlMapping(dict[str, Node]):
    """A mapping. ``marks`` has two character indexes for each key, in order: of the key, of its value."""

    __slots__ = ("_places", "marks")

    def __init__(self) -> None:
        self.marks: array[int] = array("I")
        self._places: dict[str, int] | None = None

    def put(self, key: str, value: Node, key_mark: int, value_mark: int) -> None:
        """Append a key that is not there yet, with the places of the key and of its value."""
        self[key] = value
        self.marks.extend((key_mark, value_mark))
        self._places = None

    def mark(self, key: str) -> tuple[int, int]:
        """Where the key is and where its value is, as character indexes. Raises KeyError."""
        if self._places is None:
            self._places = {known: 2 * position for position, known in enumerate(self)}
        place = self._places[key]
        return self.marks[place], self.marks[place + 1]

    def drop(self, keys: Collection[str | int]) -> None:
        """Take keys out, with their places."""
        kept = [(key, value, *self.mark(key)) for key, value in self.items() if key not in keys]
        self.clear()
        self.marks = array("I")
        for entry in kept:
            self.put(*entry)


class YamlSequence(list[Node]):
    """A sequence. ``marks`` holds the character index of each item."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        self.marks: array[int] = array("I")

    def put(self, value: Node, mark: int) -> None:
        """Append an item with its place."""
        self.append(value)
        self.marks.append(mark)

    def drop(self, positions: Collection[str | int]) -> None:
        """Take items out, with their places."""
        kept = [index for index in range(len(self)) if index not in positions]
        self.marks = array("I", [self.marks[index] for index in kept])
        self[:] = [self[index] for index in kept]


class Measures:
    """Sizes of nodes, each worked out once however often an alias names it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Node, int, int]] = {}  # with the node, so that its id stays its own

    def of(self, node: Node) -> tuple[int, int]:
        """How many values a node holds, aliases written out, and how deep it goes."""
        if not isinstance(node, (YamlMapping, YamlSequence)):
            return 1, 0
        if id(node) not in self._known:
            parts = [self.of(part) for part in (node.values() if isinstance(node, YamlMapping) else node)]
            size = 1 + sum(part[0] for part in parts)
            self._known[id(node)] = (node, size, 1 + max((part[1] for part in parts), default=0))
        return self._known[id(node)][1:]


class YamlSource:
    """A file that was read: its tree and its text, to find lines in."""

    def __init__(self, root: Node, *, text: str = "", start: int = 0, file: str = "") -> None:
        self.file = file
        self.root = root
        self.text = text
        self.start = start

    @cached_property
    def _line_starts(self) -> array[int]:
        if "\r" in self.text:
            return array("I", [0, *(end.end() for end in _LINE_END.finditer(self.text))])
        lengths = (
            len(line) + 1 for line in self.text.split("\n")
        )  # five times faster, and right for nearly all
        return array("I", accumulate(lengths, initial=0))

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character index."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    @property
    def files(self) -> list[YamlSource]:
        """Each file of it: this one."""
        return [self]

    def part_at(self, path: Path) -> tuple[YamlSource, Path]:
        """The file that a place is in, and what the place is called there."""
        return self, path

    def locate(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Line and column of a value, or of its key; of the nearest part there is if the path leads on."""
        node, index = self.root, self.start
        for depth, step in enumerate(path, start=1):
            if isinstance(node, YamlMapping) and step in node:
                marks = node.mark(str(step))
                node, index = node[str(step)], marks[0 if key and depth == len(path) else 1]
            elif isinstance(node, YamlSequence) and isinstance(step, int) and 0 <= step < len(node):
                index, node = node.marks[step], node[step]
            else:
                break
        return self.place(index)

    def node(self, path: Path) -> Node:
        """The node at a path, or None if there is none."""
        node = self.root
        for step in path:
            if isinstance(node, YamlMapping) and step in node:
                node = node[str(step)]
            elif isinstance(node, YamlSequence) and isinstance(step, int) and 0 <= step < len(node):
                node = node[step]
            else:
                return None
        return node

    def with_root(self, root: Node) -> YamlSource:
        """The same file with another tree over it, such as the older format turned into today's."""
        return YamlSource(root, text=self.text, start=self.start, file=self.file)


def resolve(node: Any) -> Any:
    """Plain data of a part of the tree that no model describes.

    ``true``, ``false``, ``null`` and what every YAML reader takes for the same number become that;
    everything else is
    text. Keys are text. Plain Python data comes back as it is.
    """
    if isinstance(node, Plain):
        return resolve_plain(node)
    if isinstance(node, dict):
        return {str(key): resolve(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [resolve(item) for item in node]
    return node


def resolve_plain(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means where no model says so."""
    if text in NULL_WORDS:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return str(text)


def control_character(text: str) -> str:
    """The first character that no text may hold, by code and name, or ""."""
    bad = INVALID_CHARACTER.search(text)
    return described(bad[0]) if bad else ""


def text_problem(data: Any) -> str:
    """What is wrong with the texts in plain data, named as U+0000, or nothing."""
    if isinstance(data, str):
        return "" if data.isprintable() else control_character(data)
    if isinstance(data, dict):
        return next(
            (problem for pair in data.items() for part in pair if (problem := text_problem(part))), ""
        )
    if isinstance(data, (list, tuple)):
        return next((problem for item in data if (problem := text_problem(item))), "")
    return ""


@contextmanager
def paused_gc() -> Iterator[None]:
    """No cyclic garbage collection while very many objects are made: it would walk them again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
