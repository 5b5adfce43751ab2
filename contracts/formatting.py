"""`registry fmt`: one layout for every file, with the comments that people wrote.

Layout and quotes are those of the export. Order and values stay as they are; only conditions are written in
their canonical form. Blank lines stay, one at most.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from contracts.comments import Comment, CommentError, comments_of, is_explicit, notes_of
from contracts.conditions import parse
from contracts.guards import parse_guard
from contracts.measures import unit_called
from contracts.tokens import ExpectationError
from contracts.units import UnitSpec
from contracts.yamlnodes import Node, YamlError, YamlMapping, YamlSequence, YamlSource, resolve
from contracts.yamltree import MAX_BYTES, read_yaml
from contracts.yamlwriter import write_yaml

_CONDITIONS = ("condition", "recover_if")
_TRIGGERS = ("risk_if", "caution_if", "elevated_if")


class FormatError(Exception):
    """The file is good YAML, but laid out anew it would lose something. The message says what, and where."""


def format_yaml(text: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The same file in canonical layout, with the line ends that it has. Formatting it again changes nothing.

    Raises YamlError if the text cannot be read, FormatError if it holds anchors, aliases or tags.
    """
    source = read_yaml(text, max_bytes=max_bytes)
    if not isinstance(source.root, YamlMapping):
        raise FormatError("Only a file that is a mapping of keys can be laid out anew.")
    try:
        comments = comments_of(source)
        notes = notes_of(source, comments)
    except CommentError as error:
        raise FormatError(str(error)) from None
    _write_conditions_canonically(source)
    formatted = "---\n" * is_explicit(source) + write_yaml(source.root, notes)
    if not _says_the_same(source, comments, formatted, max_bytes):
        raise FormatError(
            "Laid out anew, the file would not say the same; it stays as it is. Please report this."
        )
    return formatted.replace("\n", "\r\n") if _ends_like_windows(text) else formatted


def _ends_like_windows(text: str) -> bool:
    """Whether most lines end with a carriage return as well, as a checkout on Windows has them."""
    return text.count("\r\n") * 2 > text.count("\n")


def _says_the_same(source: YamlSource, comments: list[Comment], formatted: str, max_bytes: int) -> bool:
    """Whether data and comments are all there: it is somebody's file, and better refused than cut."""
    try:
        again = read_yaml(formatted, max_bytes=2 * max_bytes)  # quotes and blanks may have come in
    except YamlError:
        return False
    was, now = (sorted(comment.text for comment in found) for found in (comments, comments_of(again)))
    return was == now and resolve(again.root) == resolve(source.root)


def _write_conditions_canonically(source: YamlSource) -> None:
    """Rewrite, in the tree, every condition that can be read; the others are for validation to tell."""
    for kpi in _items(source.node(("kpis",))):
        thresholds, unit = kpi.get("risk_thresholds"), kpi.get("unit")
        known = unit_called(unit) if isinstance(unit, str) else None
        for threshold in thresholds.values() if isinstance(thresholds, YamlMapping) else ():
            _rewrite(threshold, _CONDITIONS, partial(_condition, unit=known))
    for binding in _items(source.node(("kpis_used",))):
        _rewrite(binding, ("condition",), _guard)
        _rewrite(binding.get("alerting"), _TRIGGERS, _condition)
        _rewrite(binding.get("alerting"), ("condition",), _guard)


def _items(node: Node) -> list[YamlMapping]:
    return [item for item in node if isinstance(item, YamlMapping)] if isinstance(node, YamlSequence) else []


def _rewrite(node: Node, keys: tuple[str, ...], canonical: Callable[[str], str]) -> None:
    if isinstance(node, YamlMapping):
        for key in keys:
            value = node.get(key)
            if isinstance(value, str):
                try:
                    node[key] = canonical(value)
                except ExpectationError:
                    continue


def _condition(text: str, unit: UnitSpec | None = None) -> str:
    return str(parse(text, unit))


def _guard(text: str) -> str:
    return str(parse_guard(text))
