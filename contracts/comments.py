"""Comments and blank lines of a YAML file, each tied to the entry that it belongs to.

YAML's readers throw comments away. A comment is a `#` outside every scalar, and where the scalars are is
known from libyaml's
events; what it is about follows from where it stands and how far it is indented.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, ScalarEvent

from contracts.yamlnodes import Node, YamlMapping, YamlSequence, YamlSource
from contracts.yamlwriter import Note

_COMMENT = re.compile(r"#[^\r\n]*")
_BLOCK_STYLES = ("|", ">")


class Comment(NamedTuple):
    """A comment and the character index where it starts."""

    start: int
    text: str


class CommentError(ValueError):
    """The file holds something that would be lost, such as an anchor or a tag. Says what and where."""


def comments_of(source: YamlSource) -> list[Comment]:
    """All comments, in order. Raises CommentError for files with anchors, aliases, tags or directives."""
    text = source.text
    found: list[Comment] = []
    end = 0
    for event in _events(text):
        _refuse_losses(event, source)
        if isinstance(event, ScalarEvent):
            start, after = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]
            found += _between(text, end, start)
            if event.style in _BLOCK_STYLES:  # `key: |  # remark`
                found += _between(text, start, start + len(text[start:after].splitlines()[0]))
            end = after
    return found + list(_between(text, end, len(text)))


def _between(text: str, start: int, end: int) -> Iterator[Comment]:
    return (Comment(match.start(), match[0].rstrip()) for match in _COMMENT.finditer(text, start, end))


def _refuse_losses(event: Any, source: YamlSource) -> None:
    what = ""
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
        what = "anchors and aliases (`&name`, `*name`)"
    elif getattr(event, "tag", None):
        what = "tags (`!name`)"
    elif isinstance(event, DocumentStartEvent) and (event.version or event.tags):
        what = "directives (`%YAML`)"
    if what:
        line, _ = source.place(event.start_mark.index)
        raise CommentError(
            f"Line {line}: a file with {what} is not laid out anew, because they would be lost."
        )


def is_explicit(source: YamlSource) -> bool:
    """Whether the document starts with `---`."""
    return any(
        isinstance(event, DocumentStartEvent) and event.explicit for event in islice(_events(source.text), 2)
    )


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.CSafeLoader(text).get_event, None)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of a mapping or an item of a list, with its place in the file."""

    container: int
    key: str | int
    start: int
    line: int
    column: int
    parent: _Entry | None
    is_first: bool

    def chain(self) -> Iterator[_Entry]:
        """The entry, then those it stands in, from the inside out."""
        entry: _Entry | None = self
        while entry:
            yield entry
            entry = entry.parent


def notes_of(source: YamlSource, comments: list[Comment]) -> dict[tuple[int, str | int], Note]:
    """The comments and single blank lines of a file, by the entry they belong to. Raises CommentError."""
    return _Assigning(source).assign(comments)


class _Assigning:
    def __init__(self, source: YamlSource) -> None:
        self.source = source
        self.lines = re.split(r"\r\n|\r|\n", source.text)
        self.entries = list(self._walk(source.root, None))
        self.starts = [entry.start for entry in self.entries]
        self.first_on_line: dict[int, _Entry] = {}
        for entry in self.entries:
            self.first_on_line.setdefault(entry.line, entry)
        self.notes: dict[tuple[int, str | int], Note] = {}

    def assign(self, comments: list[Comment]) -> dict[tuple[int, str | int], Note]:
        """Tie every comment to an entry, then the blank lines that stand before entries."""
        for comment in comments:
            line, column = self.source.place(comment.start)
            before = self.lines[line - 1][: column - 1].strip()
            if before.strip("-? "):
                self._beside(comment, line)
            else:
                self._on_its_own(comment, line, column)
        for entry in self.first_on_line.values():
            above = self.note(entry).above if (entry.container, entry.key) in self.notes else []
            if self._is_blank(entry.line - 1) and (above or not entry.is_first):
                self.note(entry).above.append(None)
        return self.notes

    def note(self, entry: _Entry) -> Note:
        return self.notes.setdefault((entry.container, entry.key), Note())

    def _beside(self, comment: Comment, line: int) -> None:
        entry = self.first_on_line.get(line)
        if entry is None or entry.start > comment.start:
            entry = self._previous(comment.start)
        if entry is None:
            raise CommentError(f"Line {line}: the comment belongs to nothing that could be laid out.")
        note = self.note(entry)
        if note.beside:
            note.below.append(comment.text)
        else:
            note.beside = comment.text

    def _on_its_own(self, comment: Comment, line: int, column: int) -> None:
        following, previous = self._next(comment.start), self._previous(comment.start)
        owner = self._owner(previous, following, column)
        if owner is not None:
            remarks = self.note(owner).below
        elif following is not None:
            remarks = self.note(following).above
        else:
            raise CommentError(f"Line {line}: the comment belongs to nothing that could be laid out.")
        is_at_start = owner is None and following is not None and following.is_first and not remarks
        if self._is_blank(line - 1) and not is_at_start:
            remarks.append(None)
        remarks.append(comment.text)

    def _owner(self, previous: _Entry | None, following: _Entry | None, column: int) -> _Entry | None:
        """The entry that a comment closes, or None if it introduces the next one."""
        if previous is None or (following is not None and column <= following.column):
            return None
        owner = next((entry for entry in previous.chain() if entry.column <= column), None)
        if owner is None:
            return None if following else [*previous.chain()][-1]
        if following is None:
            return owner
        # What the next entry stands in is not over yet; and a neighbour's comment stands above it.
        is_open = owner in following.chain() or owner.container == following.container
        return None if is_open else owner

    def _next(self, index: int) -> _Entry | None:
        position = bisect_right(self.starts, index)
        return self.entries[position] if position < len(self.entries) else None

    def _previous(self, index: int) -> _Entry | None:
        position = bisect_right(self.starts, index)
        return self.entries[position - 1] if position else None

    def _is_blank(self, line: int) -> bool:
        return line > 0 and not self.lines[line - 1].strip()

    def _walk(self, node: Node, parent: _Entry | None) -> Iterator[_Entry]:
        """All entries, in the order of the file: an entry before those inside it."""
        if isinstance(node, YamlMapping):
            for position, (key, value) in enumerate(node.items()):
                entry = self._entry(node, key, node.mark(key)[0], parent, position == 0)
                yield entry
                yield from self._walk(value, entry)
        elif isinstance(node, YamlSequence):
            for position, value in enumerate(node):
                entry = self._entry(node, position, self._dash(node.marks[position]), parent, position == 0)
                yield entry
                yield from self._walk(value, entry)

    def _entry(
        self,
        node: YamlMapping | YamlSequence,
        key: str | int,
        start: int,
        parent: _Entry | None,
        is_first: bool,
    ) -> _Entry:
        line, column = self.source.place(start)
        return _Entry(id(node), key, start, line, column, parent, is_first)

    def _dash(self, start: int) -> int:
        """Where the dash of a list item is; the item itself if the list is in brackets."""
        before = self.source.text[:start] if start < 1000 else self.source.text[start - 1000 : start]
        stripped = before.rstrip()
        return start - len(before) + len(stripped) - 1 if stripped.endswith("-") else start
