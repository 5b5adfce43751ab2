"""`registry fmt`: one layout for every file, with the comments that people wrote.

Layout and quotes are those of the export. Order and values stay as they are, only conditions are written in their canonical
form. Blank lines stay, one at most.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.comments import notes_of
from contracts.conditions import ConditionError, parse
from contracts.documents import detect
from contracts.guards import GuardError, parse_guard
from contracts.yamlnodes import Node, YamlMapping, YamlSequence, YamlSource, resolve
from contracts.yamltree import read_yaml
from contracts.yamlwriter import write_yaml

_TRIGGERS = ("risk_if", "caution_if", "elevated_if")


class FormatError(Exception):
    """The file is good YAML, but it cannot be laid out anew without losing something. The message says what."""


def format_yaml(text: str) -> str:
    """The same file in canonical layout. Formatting it again changes nothing.

    Raises YamlError if the text cannot be read, FormatError if it holds anchors, aliases or tags.
    """
    source = read_yaml(text)
    if not isinstance(source.root, YamlMapping):
        raise FormatError("Only a file that is a mapping of keys can be laid out.")
    notes = notes_of(source)
    _canonical_conditions(source)
    formatted = write_yaml(source.root, notes)
    if resolve(read_yaml(formatted).root) != resolve(source.root):
        raise FormatError("Laid out anew, the file would not read the same. It stays as it is; please report this.")
    return formatted
