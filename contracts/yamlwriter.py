"""Writes plain data as YAML in one layout: two blanks a level, lists indented, large parts set apart.

The layout is also that of `registry fmt`, which gives the notes: the comments and blank lines to put back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.yamlscalars import LONGEST_KEY, key_text, scalar

_STEP = 2
# Lists and mappings whose entries are long enough to stand apart.
_SPACED = frozenset({"kpis", "kpis_used", "agents"})


@dataclass(slots=True)
class Note:
    """What a person wrote around one entry of a mapping or list. None among the lines is a blank line."""

    above: list[str | None] = field(default_factory=list)
    beside: str = ""
    below: list[str | None] = field(default_factory=list)


Notes = Mapping[tuple[int, str | int], Note]
"""Notes by the id of the container and the key or position in it."""


def write_yaml(data: Mapping[str, Any], notes: Notes | None = None) -> str:
    """The data as YAML text with a final newline. Raises TypeError for values that YAML has no words for."""
    writer = _Writer(notes or {})
    writer.container(data, 0, "", 0)
    return "\n".join(writer.lines) + "\n"


class _Writer:
    def __init__(self, notes: Notes) -> None:
        self.lines: list[str] = []
        self.notes = notes

    def container(self, node: Any, indent: int, name: str, depth: int) -> None:
        """Write the entries of a mapping or a list; ``name`` is the key that it stands under."""
        is_mapping = isinstance(node, dict)
        spaced = depth == 0 or (depth == 1 and name in _SPACED)
        was_large = False
        for position, (key, value) in enumerate(node.items() if is_mapping else enumerate(node)):
            is_large = isinstance(value, (dict, list)) and bool(value)
            note = self.notes.get((id(node), key))
            if spaced and position and (is_large or was_large):
                self.blank()
            was_large = is_large
            if note:
                self.remarks(note.above, indent)
            start = len(self.lines)
            if is_mapping:
                self.pair(key, value, indent, depth)
            else:
                self.item(value, indent, depth)
            if note:
                self.finish(note, start, indent)

    def pair(self, key: str, value: Any, indent: int, depth: int) -> None:
        margin = " " * indent
        head = f"{margin}{key_text(key)}:"
        if len(head) - indent > LONGEST_KEY:
            self.lines.append(f"{margin}? {key_text(key)}")
            head = f"{margin}:"
        if isinstance(value, (dict, list)) and value:
            self.lines.append(head)
            self.container(value, indent + _STEP, key, depth + 1)
        else:
            self.scalar(head, value, indent)

    def item(self, value: Any, indent: int, depth: int) -> None:
        head = " " * indent + "-"
        if isinstance(value, (dict, list)) and value:
            start = len(self.lines)
            self.container(value, indent + _STEP, "", depth + 1)
            self.hang(start, head, indent + _STEP)
        else:
            self.scalar(head, value, indent)

    def hang(self, start: int, head: str, indent: int) -> None:
        """Put the dash in front of the item's first line."""
        self.lines[start] = f"{head} {self.lines[start][indent:]}"

    def scalar(self, head: str, value: Any, indent: int) -> None:
        line = f"{head} {scalar(value, indent + _STEP)}"
        if "\n" in line:
            self.lines += line.split("\n")
        else:
            self.lines.append(line)

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def remarks(self, remarks: list[str | None], indent: int) -> None:
        for remark in remarks:
            if remark is None:
                self.blank()
            else:
                self.lines.append(" " * indent + remark)

    def finish(self, note: Note, start: int, indent: int) -> None:
        if note.beside:
            self.lines[start] += f"  {note.beside}"
        self.remarks(note.below, indent)
