"""Thresholds as older files write them: conditions in many shapes, and levels that are the file's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.conditions import Condition, ConditionError, parse
from contracts.documents.commas import split_keys
from contracts.documents.ranges import range_node
from contracts.documents.shapes import decimals_hint
from contracts.severity import REGISTRY_WORD, REGISTRY_WORDS
from contracts.units import find_unit
from contracts.yamlnodes import Node, Plain, YamlMapping, YamlSequence

HEALTHY = ("optimal", "normal")
"""What older files call the normal range."""
_ENDS = frozenset({"min", "max"})
_HEALTHY_HINT = "Write the healthy range with its ends, such as [5, 20] or `>= 40`."


def threshold_of(value: Node, mark: int) -> YamlMapping | None:
    """A threshold from a condition's text, one or several two-number lists, `min` and `max`, or a mapping with
    `risk_if`; None from anything else."""
    if isinstance(value, YamlMapping) and not (value and _ENDS.issuperset(value)):
        return _of_mapping(value)
    condition = condition_node(value)
    if condition is None:
        return None
    threshold = YamlMapping()
    threshold.put("condition", condition, mark, mark)
    return threshold


def condition_node(value: Node) -> Node:
    """A condition as today's format has it, or None."""
    if isinstance(value, str):
        # "30" says where, but not on which side; a condition needs both.
        return None if re.fullmatch(r"\s*[-+]?[0-9.]+\s*", value) else value
    if isinstance(value, YamlMapping):
        return _between(value) if value and _ENDS.issuperset(value) else None
    if not isinstance(value, YamlSequence) or not value:
        return None
    parts = [part for part in value if not isinstance(part, (YamlMapping, YamlSequence)) and part is not None]
    if len(value) == 2 and len(parts) == 2 and all(_is_number(part) for part in parts):
        return value
    terms = [_term(part) for part in value]
    return " or ".join(term for term in terms if term) if all(terms) else None


def _term(part: Node) -> str:
    """One of several conditions in a list, as a text; "" if it is none."""
    condition = condition_node(part)
    if isinstance(condition, YamlSequence):
        return f"{condition[0]}..{condition[1]}"
    return str(condition) if isinstance(condition, str) and _parsed(condition) else ""


def _between(ends: YamlMapping) -> Plain | None:
    low, high = ends.get("min"), ends.get("max")
    if not all(end is None or _is_number(end) for end in (low, high)):
        return None
    if low is not None and high is not None:
        return Plain(f"{low}..{high}")
    return Plain(f">= {low}" if low is not None else f"<= {high}") if low is not high else None


def _is_number(value: Node) -> bool:
    return isinstance(value, Plain) and re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", value) is not None


def _of_mapping(value: YamlMapping) -> YamlMapping | None:
    if "condition" in value:
        return value
    conditions = [key for key in value if key in REGISTRY_WORDS and key.endswith("_if")]
    if len(conditions) != 1:
        return None
    threshold = YamlMapping()
    for key, part in value.items():
        threshold.put("condition" if key == conditions[0] else key, part, *value.mark(key))
    return threshold


def modern_thresholds(thresholds: YamlMapping) -> YamlMapping:
    """Today's words for the severities, and a mapping for each; repeated ones are left for the check."""
    modern = YamlMapping()
    for word, value in thresholds.items():
        severity = REGISTRY_WORDS.get(word)
        today = REGISTRY_WORD[severity] if severity else word
        key = word if today != word and (today in thresholds or today in modern) else today
        marks = thresholds.mark(word)
        modern.put(key, threshold_of(value, marks[1]) or value, *marks)
    return modern


def take_one(key: str, value: Node, marks: tuple[int, int], kpi: YamlMapping, taken: YamlMapping) -> bool:
    """Put one part of `thresholds` where it belongs today; False if it has no such place."""
    if key in HEALTHY:
        turned = range_node(value, marks[1])
        if turned is None or "normal_range" in kpi:
            return False
        kpi.put("normal_range", turned, *marks)
        return True
    severity = REGISTRY_WORDS.get(key)
    word = REGISTRY_WORD[severity] if severity else ""
    threshold = threshold_of(value, marks[1])
    if not word or word in taken or threshold is None:
        return False
    taken.put(word, threshold, *marks)
    return True


def kept_parts(rest: Node, mark: int) -> Iterator[tuple[str, int, str, str]]:
    """What of `thresholds` has no place today: its key and place, and what to say of it and to write instead."""
    if not isinstance(rest, YamlMapping):
        yield "thresholds", mark, "", _hint("thresholds", rest)
        return
    said = {*split_keys(rest)}
    for key, value in rest.items():
        if key in said:
            continue
        condition = _condition_of(value) if key not in HEALTHY and key not in REGISTRY_WORDS else None
        if condition is None:
            yield key, rest.mark(key)[0], "", _hint(key, value)
        else:
            yield (
                key,
                rest.mark(key)[0],
                f"`{key[:40]}` is a level of the file's own. It is kept as it is, and nothing acts on it.",
                f'To act on it, write it as a condition: `elevated: {{condition: "{condition}"}}` means '
                f"{condition.explain()}. Use warning or critical if it is worse.",
            )


def _hint(key: str, value: Node) -> str:
    usual = _HEALTHY_HINT if key in HEALTHY else 'Write a condition such as "< 25".'
    return decimals_hint(value) or usual


def _condition_of(value: Node) -> Condition | None:
    """What a level of one's own reads as."""
    threshold = threshold_of(value, 0)
    condition = threshold.get("condition") if threshold else None
    return _parsed(_term(condition)) if condition is not None else None


def _parsed(text: str) -> Condition | None:
    try:
        return parse(text)
    except ConditionError:
        return None


def without_unit(value: Node, unit: Node) -> Node:
    """A range or condition without the unit behind its numbers: the KPI says it. A change is told in per cent."""
    spec = find_unit(unit) if isinstance(unit, str) else None
    words = {str(unit), *((spec.symbol, spec.code) if spec else ())} - {"", "None"}
    if isinstance(value, str) and "over" not in value:
        either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        text = (
            re.sub(rf"(?<=[0-9])[ \u00a0\u202f]*(?:{either})(?![\w/%])", "", value) if either else str(value)
        )
        return type(value)(text) if text != value else value
    if isinstance(value, YamlMapping):
        fresh = YamlMapping()  # an alias may have it stand under KPIs of other units
        for key, part in value.items():
            is_condition = key in REGISTRY_WORDS or key in HEALTHY or key == "condition"
            fresh.put(key, without_unit(part, unit) if is_condition else part, *value.mark(key))
        return fresh
    return value
