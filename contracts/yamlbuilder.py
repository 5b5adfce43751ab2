"""Builds the tree of a YAML file from libyaml's events, and stops where something is not allowed."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import islice
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from contracts.yamlnodes import (
    NULL_WORDS,
    Measures,
    Node,
    Plain,
    YamlError,
    YamlMapping,
    YamlSequence,
    YamlSource,
    control_character,
)
from contracts.yamlwords import not_yaml, tag_in_words

MAX_DEPTH = 64
"""How deep mappings and lists may stand inside each other."""
MAX_ALIASES = 1_000
"""How many aliases (`*name`) a file may hold."""
MAX_ALIASED_NODES = 100_000
"""How many values all aliases together may stand for."""

_CORE = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset({"!", _CORE + "str"})
_PLAIN_TAGS = frozenset(_CORE + kind for kind in ("int", "float", "bool", "null"))
_COLLECTION_TAGS = {MappingStartEvent: _CORE + "map", SequenceStartEvent: _CORE + "seq"}
_MERGE = Plain("<<")  # told from a quoted "<<" by identity


class _Frame:
    """A mapping or sequence that is still open."""

    __slots__ = ("anchor", "depth", "is_mapping", "key", "mark", "marks", "merged", "node", "parent")

    def __init__(
        self, node: YamlMapping | YamlSequence, mark: int, anchor: str | None, parent: _Frame | None
    ) -> None:
        self.node: Any = node
        self.mark = mark
        self.anchor = anchor
        self.parent = parent
        self.is_mapping = isinstance(node, YamlMapping)
        self.depth: int = parent.depth + 1 if parent else 0
        self.marks: list[int] = []
        self.key: str | None = None
        self.merged: list[YamlMapping] | None = None


class TreeBuilder:
    """One use: ``TreeBuilder(source, max_values).build()`` reads the source's text."""

    def __init__(self, source: YamlSource, max_values: int) -> None:
        self._source = source
        self._max_values = max_values
        self._frame = _Frame(YamlSequence(), 0, None, None)
        self._anchors: dict[str, Node] = {}
        self._measures = Measures()
        self._aliases = 0
        self._aliased_nodes = 0
        # Equal texts are kept once: most keys, and many values, occur in every KPI.
        self._texts: dict[str, str] = {}
        self._plains: dict[str, Node] = dict.fromkeys(NULL_WORDS)
        self._handlers: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
        }

    def build(self) -> tuple[Node, int]:
        """The tree and the character index where it starts. Raises YamlError."""
        parser = yaml.CSafeLoader(self._source.text)
        try:
            return self._document(parser.get_event)
        except yaml.YAMLError as error:
            raise not_yaml(error, self._source) from None
        finally:
            parser.dispose()

    def _document(self, next_event: Callable[[], Any]) -> tuple[Node, int]:
        next_event()  # the start of the stream
        if not isinstance(next_event(), DocumentStartEvent):
            self._refuse_empty()
        holder = self._frame
        self._nodes(next_event)
        if not isinstance(event := next_event(), StreamEndEvent):
            hint = "Put each document into a file of its own, or delete the line `---`."
            self._refuse("several_documents", "A second document starts here.", hint, event.start_mark.index)
        if holder.node[0] is None:
            self._refuse_empty()
        return holder.node[0], holder.marks[0]

    def _nodes(self, next_event: Callable[[], Any]) -> None:
        """Read events until the document ends.

        Three of four events are ordinary scalars; they are handled here, on local names, because a call for
        each would take as long again as libyaml itself. Everything else goes through the frame.
        """
        texts, plains = self._texts, self._plains
        frame = self._frame
        node, marks, key, is_mapping = frame.node, frame.marks, frame.key, frame.is_mapping
        value: Node
        for event in islice(iter(next_event, None), self._max_values):
            kind = type(event)
            if kind is ScalarEvent and event.tag is None and event.anchor is None:
                text = event.value
                is_plain = event.style == ""
                if is_plain or text.isprintable():
                    if key is None and is_mapping:
                        key = texts.setdefault(text, text)
                        if key not in node and text != "<<":
                            marks.append(event.start_mark.index)
                            continue
                        key = None
                    elif key is not _MERGE:
                        if not is_plain:
                            value = texts.setdefault(text, text)
                        elif text in plains:
                            value = plains[text]
                        else:
                            value = plains[text] = Plain(text)
                        if is_mapping:
                            node[key] = value
                            key = None
                        else:
                            node.append(value)
                        marks.append(event.start_mark.index)
                        continue
            frame.key = key
            handler = self._handlers.get(kind)
            if handler is None:
                return
            handler(event)
            frame = self._frame
            node, marks, key, is_mapping = frame.node, frame.marks, frame.key, frame.is_mapping
        message = f"The file is too large. At most {self._max_values:,} values are read."
        raise YamlError("too_large", message, "Split it.")

    def _scalar(self, event: Any) -> None:
        """A scalar out of the ordinary: tagged, anchored, a repeated key, or with unseen characters."""
        frame = self._frame
        text: str = event.value
        mark: int = event.start_mark.index
        is_plain = event.style == ""
        if event.tag is not None:
            is_plain = self._is_plain_by_tag(event)
        if not is_plain and not text.isprintable() and (bad := control_character(text)):
            self._refuse("invalid_text", f"A text may not hold {bad}.", "Leave the character out.", mark)
        node: Node
        if frame.key is None and frame.is_mapping:
            node = text
            self._key(text, mark, is_plain)
        else:
            node = (
                self._plains.setdefault(text, Plain(text)) if is_plain else self._texts.setdefault(text, text)
            )
            self._add(node, mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = node

    def _key(self, text: str, mark: int, is_plain: bool) -> None:
        frame = self._frame
        if is_plain and text == _MERGE:
            self._merge_key(mark)
            return
        key = frame.key = self._texts.setdefault(text, text)
        if key in frame.node:
            self._refuse_duplicate(key, mark)
        frame.marks.append(mark)

    def _add(self, node: Node, mark: int) -> None:
        frame = self._frame
        if not frame.is_mapping:
            frame.node.append(node)
        elif frame.key is _MERGE:
            self._merge_value(node, mark)
            return
        else:
            frame.node[frame.key] = node
            frame.key = None
        frame.marks.append(mark)

    def _open(self, event: Any) -> None:
        mark: int = event.start_mark.index
        parent = self._frame
        if event.tag is not None and event.tag not in ("!", _COLLECTION_TAGS[type(event)]):
            self._refuse_tag(event)
        if parent.is_mapping and parent.key is None:
            self._refuse("not_yaml", "A key must be a single text.", "Put it in quotes.", mark)
        if parent.depth >= MAX_DEPTH:
            self._refuse_deep(mark)
        node = YamlMapping() if type(event) is MappingStartEvent else YamlSequence()
        self._frame = _Frame(node, mark, event.anchor, parent)

    def _close(self, event: Any) -> None:
        frame = self._frame
        node: YamlMapping | YamlSequence = frame.node
        node.marks = array("I", frame.marks)
        for merged in frame.merged or ():
            for key, value in merged.items():
                if key not in node:
                    frame.node.put(key, value, *merged.mark(key))
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        assert frame.parent is not None  # noqa: S101  libyaml closes only what it has opened
        self._frame = frame.parent
        self._add(node, frame.mark)

    def _alias(self, event: Any) -> None:
        mark: int = event.start_mark.index
        frame = self._frame
        if event.anchor not in self._anchors:
            hint = (
                f"Write `&{event.anchor[:40]}` before the value that is meant; it must end before it is used."
            )
            self._refuse("not_yaml", f"`*{event.anchor[:40]}` stands for nothing yet.", hint, mark)
        node = self._anchors[event.anchor]
        size, height = self._measures.of(node)
        self._aliases += 1
        self._aliased_nodes += size
        if self._aliases > MAX_ALIASES or self._aliased_nodes > MAX_ALIASED_NODES:
            message = "The aliases (`*name`) of this file stand for too much."
            hint = f"At most {MAX_ALIASES:,} aliases for {MAX_ALIASED_NODES:,} values. Write the values out."
            self._refuse("too_many_aliases", message, hint, mark)
        if frame.depth + height > MAX_DEPTH:
            self._refuse_deep(mark)
        if not frame.is_mapping or frame.key is not None:
            self._add(node, mark)
        elif isinstance(node, str):
            self._key(str(node), mark, is_plain=False)
        else:
            self._refuse("not_yaml", "A key must be a single text.", "Write the key out.", mark)

    def _merge_key(self, mark: int) -> None:
        frame = self._frame
        if frame.merged is not None:
            self._refuse("duplicate_key", "The key `<<` is here twice.", "Write `<<: [*a, *b]`.", mark)
        frame.merged = []
        frame.key = _MERGE

    def _merge_value(self, node: Node, mark: int) -> None:
        frame = self._frame
        frame.key = None
        merged = node if isinstance(node, YamlSequence) else [node]
        mappings = [part for part in merged if isinstance(part, YamlMapping)]
        if len(mappings) != len(merged):
            self._refuse("not_yaml", "`<<` needs a mapping to take keys from.", "Write `<<: *name`.", mark)
        frame.merged = mappings

    def _is_plain_by_tag(self, event: Any) -> bool:
        if event.tag in _TEXT_TAGS:
            return False
        if event.tag not in _PLAIN_TAGS:
            self._refuse_tag(event)
        return True

    def _refuse(self, code: str, message: str, hint: str, index: int) -> NoReturn:
        raise YamlError(code, message, hint, *self._source.place(index))

    def _refuse_empty(self) -> NoReturn:
        raise YamlError(
            "empty", "The file is empty.", "It should hold a registry, bindings or a roster.", 1, 1
        )

    def _refuse_tag(self, event: Any) -> NoReturn:
        message = f"The tag `{tag_in_words(event.tag)}` is not allowed."
        self._refuse(
            "tag_not_allowed", message, "Delete it; types follow from the key.", event.start_mark.index
        )

    def _refuse_deep(self, mark: int) -> NoReturn:
        message = f"Too deep: more than {MAX_DEPTH} lists and mappings inside each other."
        self._refuse("too_deep", message, "A contract needs at most ten.", mark)

    def _refuse_duplicate(self, key: str, mark: int) -> NoReturn:
        frame = self._frame
        first = frame.marks[2 * list(frame.node).index(key)]
        lines = self._source.place(first)[0], self._source.place(mark)[0]
        message = f"The key `{key[:60]}` is here twice: on line {lines[0]} and on line {lines[1]}."
        self._refuse("duplicate_key", message, "Keep one of them.", mark)
