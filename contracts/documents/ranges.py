"""Ranges as older files write them: two numbers, a text such as `25-39`, or a condition such as `>= 90`."""

from __future__ import annotations

from decimal import Decimal

from contracts.conditions import ConditionError, parse
from contracts.decimals import plain
from contracts.yamlnodes import Node, Plain, YamlMapping, YamlSequence


def range_node(value: Node, mark: int) -> YamlMapping | None:
    """The range as a mapping with `min` and `max`, or None if it is none.

    A text is turned only if that is exact: its ends must belong to it, because those of a range do.
    """
    if isinstance(value, YamlMapping):
        return value
    if isinstance(value, YamlSequence):
        return _from_list(value)
    return _from_text(value, mark) if isinstance(value, str) else None


def _from_list(value: YamlSequence) -> YamlMapping | None:
    if len(value) != 2 or any(isinstance(end, (YamlMapping, YamlSequence)) for end in value):
        return None
    node = YamlMapping()
    for key, end, mark in zip(("min", "max"), value, value.marks, strict=True):
        node.put(key, end, mark, mark)
    return node


def _from_text(text: str, mark: int) -> YamlMapping | None:
    try:
        condition = parse(text)
    except ConditionError:
        return None
    stretches = list(condition.values)
    if condition.changes or len(stretches) != 1:
        return None
    low, high, low_closed, high_closed = stretches[0]
    node = YamlMapping()
    if _put_end(node, "min", low, low_closed, mark) and _put_end(node, "max", high, high_closed, mark):
        return node
    return None


def _put_end(node: YamlMapping, key: str, end: Decimal | None, closed: bool, mark: int) -> bool:
    if end is not None:
        node.put(key, Plain(plain(end)), mark, mark)
    return end is None or closed
