"""Builds the tree of a YAML file from libyaml's events, and stops where something is not allowed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, NoReturn, cast

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

_Collection = YamlMapping | YamlSequence


class TreeBuilder:
    """One use: ``TreeBuilder(source, max_values).build()`` reads the source's text."""

    def __init__(self, source: YamlSource, max_values: int) -> None:
        self._source = source
        self._max_values = max_values
        self._anchors: dict[str, Node] = {}
        self._measures = Measures()
        self._aliases = 0
        self._aliased_nodes = 0
        # What few collections have, by the id of one that is still open: an anchor, and what `<<` named.
        self._named: dict[int, str] = {}
        self._merged: dict[int, list[YamlMapping]] = {}
        # Equal texts are kept once: most keys, and many values, occur in every KPI.
        self._texts: dict[str, str] = {}
        self._plains: dict[str, Node] = dict.fromkeys(NULL_WORDS)

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
        holder = self._nodes(next_event)
        if not isinstance(event := next_event(), StreamEndEvent):
            hint = "Put each document into a file of its own, or delete the line `---`."
            self._refuse("several_documents", "A second document starts here.", hint, event.start_mark.index)
        if holder[0] is None:
            self._refuse_empty()
        return holder[0], holder.marks[0]

    def _nodes(self, next_event: Callable[[], Any]) -> YamlSequence:  # noqa: C901  the measured loop
        """Read events until the document ends: a list that holds the document.

        Whatever is ordinary is handled here, on local names, because a call for each event would take as long
        again as libyaml itself. ``key`` waits for its value; ``outer`` is all that is open around ``node``.
        """
        texts, plains, named, merged = self._texts, self._plains, self._named, self._merged
        outer: list[tuple[Any, Callable[[int], None], str | None, bool, int]] = []
        holder = YamlSequence()
        node: Any = holder
        mark, key, is_mapping = holder.marks.append, None, False
        value: Node
        for event in islice(iter(next_event, None), self._max_values):
            kind = type(event)
            if kind is ScalarEvent:
                text = event.value
                is_plain = event.style == ""
                if event.tag is None and event.anchor is None and (is_plain or text.isprintable()):
                    if key is None and is_mapping:
                        key = texts.setdefault(text, text)
                        if key not in node and text != "<<":
                            mark(event.start_mark.index)
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
                        mark(event.start_mark.index)
                        continue
                key = self._scalar(event, node, key)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                needs_key = key is None and is_mapping
                if event.tag is not None or needs_key or len(outer) >= MAX_DEPTH:
                    self._check_start(event, needs_key, len(outer))
                outer.append((node, mark, key, is_mapping, event.start_mark.index))
                is_mapping = kind is MappingStartEvent
                node = YamlMapping() if is_mapping else YamlSequence()
                mark, key = node.marks.append, None
                if event.anchor is not None:
                    named[id(node)] = event.anchor
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if named or merged:
                    self._settle(node)
                value = node
                node, mark, key, is_mapping, index = outer.pop()
                if key is _MERGE:
                    self._merge_value(node, value, index)
                else:
                    if is_mapping:
                        node[key] = value
                    else:
                        node.append(value)
                    mark(index)
                key = None
            elif kind is AliasEvent:
                key = self._alias(event, node, key, len(outer))
            else:
                return holder
        message = f"The file is too large. At most {self._max_values:,} values are read."
        raise YamlError("too_large", message, "Split it.")

    def _scalar(self, event: Any, parent: _Collection, key: str | None) -> str | None:
        """A scalar out of the ordinary: tagged, anchored, a repeated key, or with unseen characters.

        Returns the key that waits for its value now.
        """
        text: str = event.value
        mark: int = event.start_mark.index
        is_plain = event.style == ""
        if event.tag is not None:
            is_plain = self._is_plain_by_tag(event)
        if not is_plain and not text.isprintable() and (bad := control_character(text)):
            self._refuse("invalid_text", f"A text may not hold {bad}.", "Leave the character out.", mark)
        node: Node
        if key is None and isinstance(parent, YamlMapping):
            node = text
            key = self._key(parent, text, mark, is_plain)
        else:
            node = (
                self._plains.setdefault(text, Plain(text)) if is_plain else self._texts.setdefault(text, text)
            )
            self._add(parent, key, node, mark)
            key = None
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return key

    def _key(self, parent: YamlMapping, text: str, mark: int, is_plain: bool) -> str:
        if is_plain and text == _MERGE:
            if id(parent) in self._merged:
                self._refuse("duplicate_key", "The key `<<` is here twice.", "Write `<<: [*a, *b]`.", mark)
            return _MERGE
        key = self._texts.setdefault(text, text)
        if key in parent:
            self._refuse_duplicate(parent, key, mark)
        parent.marks.append(mark)
        return key

    def _add(self, parent: _Collection, key: str | None, node: Node, mark: int) -> None:
        if isinstance(parent, YamlSequence):
            parent.put(node, mark)
        elif key is _MERGE:
            self._merge_value(parent, node, mark)
        elif key is not None:
            parent[key] = node
            parent.marks.append(mark)

    def _check_start(self, event: Any, needs_key: bool, depth: int) -> None:
        """Whether a mapping or list may begin here."""
        mark: int = event.start_mark.index
        if event.tag is not None and event.tag not in ("!", _COLLECTION_TAGS[type(event)]):
            self._refuse_tag(event)
        if needs_key:
            self._refuse("not_yaml", "A key must be a single text.", "Put it in quotes.", mark)
        if depth >= MAX_DEPTH:
            self._refuse_deep(mark)

    def _settle(self, node: _Collection) -> None:
        """End a mapping or list: what `<<` brings comes last, and from now on aliases may name it."""
        for merged in self._merged.pop(id(node), ()):
            for key, value in merged.items():
                if key not in node:
                    cast(YamlMapping, node).put(key, value, *merged.mark(key))
        if id(node) in self._named:
            self._anchors[self._named.pop(id(node))] = node

    def _alias(self, event: Any, parent: _Collection, key: str | None, depth: int) -> str | None:
        """An alias; returns the key that waits for its value now."""
        mark: int = event.start_mark.index
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
        if depth + height > MAX_DEPTH:
            self._refuse_deep(mark)
        if key is not None or isinstance(parent, YamlSequence):
            self._add(parent, key, node, mark)
            return None
        if not isinstance(node, str):
            self._refuse("not_yaml", "A key must be a single text.", "Write the key out.", mark)
        return self._key(parent, str(node), mark, is_plain=False)

    def _merge_value(self, parent: YamlMapping, node: Node, mark: int) -> None:
        merged = node if isinstance(node, YamlSequence) else [node]
        mappings = [part for part in merged if isinstance(part, YamlMapping)]
        if len(mappings) != len(merged):
            self._refuse("not_yaml", "`<<` needs a mapping to take keys from.", "Write `<<: *name`.", mark)
        self._merged[id(parent)] = mappings

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
            "empty",
            "The file is empty.",
            "It should hold a registry, bindings, a roster or a catalogue of actions.",
            1,
            1,
        )

    def _refuse_tag(self, event: Any) -> NoReturn:
        message = f"The tag `{tag_in_words(event.tag)}` is not allowed."
        self._refuse(
            "tag_not_allowed", message, "Delete it; types follow from the key.", event.start_mark.index
        )

    def _refuse_deep(self, mark: int) -> NoReturn:
        message = f"Too deep: more than {MAX_DEPTH} lists and mappings inside each other."
        self._refuse("too_deep", message, "A contract needs at most ten.", mark)

    def _refuse_duplicate(self, parent: YamlMapping, key: str, mark: int) -> NoReturn:
        first = parent.marks[2 * list(parent).index(key)]
        lines = self._source.place(first)[0], self._source.place(mark)[0]
        message = f"The key `{key[:60]}` is here twice: on line {lines[0]} and on line {lines[1]}."
        self._refuse("duplicate_key", message, "Keep one of them.", mark)
