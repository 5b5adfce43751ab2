"""Errors of shape, in plain words: what pydantic found, where it is, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.documents.problems import finding
from contracts.findings import Finding, Path
from contracts.severity import REGISTRY_WORD, Severity
from contracts.yamlnodes import Plain, YamlSource

_WORDS = 40  # longer values are not repeated in a message
_QUOTED_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_LEADING_ZEROS = re.compile(r"([-+]?)0+([0-9]+(\.[0-9]+)?)")
_COMMA = re.compile(r"([-+]?[0-9]{1,9}),([0-9]{1,9})")
_MAPPING_TYPES = ("dict_type", "model_type", "model_attributes_type", "mapping_type", "dataclass_type")

Words = tuple[str, str, str]  # code, message, hint


def shape_findings(error: ValidationError, source: YamlSource | None = None) -> list[Finding]:
    """One finding for each error that pydantic found, with its place in the file if there is one."""
    return [shape_finding(detail, source) for detail in details(error)]


def details(error: ValidationError) -> list[ErrorDetails]:
    """Pydantic's own list, without links to its documentation."""
    return error.errors(include_url=False)


def shape_finding(
    detail: ErrorDetails,
    source: YamlSource | None = None,
    places: Mapping[Path, tuple[int, int]] | None = None,
) -> Finding:
    """The finding for one of pydantic's errors. ``places`` has those of keys that had no value."""
    path = document_path(detail)
    code, message, hint = _in_words(detail, path)
    if source is None:
        return finding(code, path, message, hint, subject="")
    place = (places or {}).get(path) or source.locate(path)
    return finding(code, path, message, hint, place=place, file=source.file, subject=subject_of(path, source))


def document_path(detail: ErrorDetails) -> Path:
    """The error's place in the document: keys as the registry writes them."""
    path = list(detail["loc"])
    for position, step in enumerate(path[:-1]):
        if step == "risk_thresholds" and path[position + 1] in _SEVERITIES:
            path[position + 1] = REGISTRY_WORD[Severity(str(path[position + 1]))]
    word = (detail.get("ctx") or {}).get("word")
    return (*path, word) if word else tuple(path)


_SEVERITIES = frozenset(severity.value for severity in Severity)


def subject_of(path: Path, source: YamlSource) -> str:
    """The name of the KPI, agent or action that a place belongs to."""
    if path[:1] == ("kpis",) and len(path) > 1:
        name: Any = source.node((*path[:2], "name"))
    elif path[:1] in (("agents",), ("actions",)) and len(path) > 1:
        name = path[1]
    else:
        name = source.node(("agent",))
    return str(name)[:120] if isinstance(name, str) else ""


def _in_words(detail: ErrorDetails, path: Path) -> Words:
    kind = detail["type"]
    where = _where(path)
    if kind in _MAPPING_TYPES:
        return (
            "wrong_shape",
            f"{where} should be a mapping. It is {_what(detail['input'])}.",
            decimals_hint(detail["input"]) or _mapping_hint(path),
        )
    describe = _DESCRIPTIONS.get(kind)
    if describe:
        return describe(where, detail)
    return "wrong_shape", f"{where} has a shape that does not fit here.", "Compare with docs/formats.md."


def _where(path: Path) -> str:
    if not path:
        return "The file"
    last = path[-1]
    if isinstance(last, int):
        return f"Item {last + 1} of `{_short(path[-2])}`" if len(path) > 1 else f"Item {last + 1}"
    return f"`{_short(last)}`"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _WORDS else text[:_WORDS] + "…"


def _what(value: object) -> str:
    """What a value is, in words; never the value itself."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a yes or no"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else "a number"


def _mapping_hint(path: Path) -> str:
    if path[:1] == ("kpis_used",) and len(path) == 2:
        return "Write `- key: name_of_the_kpi`."
    if path[:1] == ("kpis",) and len(path) == 2:
        return "Write `- name: name_of_the_kpi`, and its other keys below."
    return "Write `key: value` pairs, indented below it."


def _missing(where: str, detail: ErrorDetails) -> Words:
    return "missing_key", f"{where} is missing.", f"Add {where}."


def _list(where: str, detail: ErrorDetails) -> Words:
    hint = "Write each item on a line of its own, starting with `- `."
    return "wrong_shape", f"{where} should be a list. It is {_what(detail['input'])}.", hint


def _text(where: str, detail: ErrorDetails) -> Words:
    value = detail["input"]
    is_scalar = isinstance(value, (bool, int, float))
    code = "text_expected" if is_scalar else "wrong_shape"
    return (
        code,
        f"{where} should be text. It is {_what(value)}.",
        "Put it in quotes." if is_scalar else "Write a text.",
    )


def _number(where: str, detail: ErrorDetails) -> Words:
    value = detail["input"]
    hint = "Write a number, such as 30 or 0.8."
    if isinstance(value, str) and len(value) <= _WORDS:
        if isinstance(value, Plain) and (zeros := _LEADING_ZEROS.fullmatch(value)):
            hint = f"Leave out the zeros in front: {zeros[1]}{zeros[2]}."
        elif comma := _COMMA.fullmatch(value):
            hint = f"Write it with a decimal point: {comma[1]}.{comma[2]}."
        elif _QUOTED_NUMBER.fullmatch(value):
            hint = f"Write it without quotes: {value}."
    return "number_expected", f"{where} should be a number. It is {_what(value)}.", hint


def _not_finite(where: str, detail: ErrorDetails) -> Words:
    return "not_finite", f"{where} should be a finite number.", "Leave the key out where there is no limit."


def _too_long(where: str, detail: ErrorDetails) -> Words:
    expected = detail["ctx"]["expected"]
    return "number_too_long", f"{where} has too many digits.", f"Write {expected}."


def _long_text(where: str, detail: ErrorDetails) -> Words:
    most = detail["ctx"]["max_length"]
    return "too_long", f"{where} is too long. At most {most:,} characters can be kept.", "Shorten it."


def _too_many(where: str, detail: ErrorDetails) -> Words:
    most = detail["ctx"]["max_length"]
    return (
        "too_many",
        f"{where} holds too much. At most {most:,} can be kept.",
        "Leave some out: see docs/limits.md.",
    )


def _too_large(where: str, detail: ErrorDetails) -> Words:
    most = detail["ctx"]["most"]
    message = f"{where} holds too much. At most {most:,} characters can be kept under a key that is not ours."
    return "too_long", message, "Keep it in a file of its own, and name that here."


def _truth(where: str, detail: ErrorDetails) -> Words:
    hint = (
        "Write it without quotes."
        if str(detail["input"]).lower() in ("true", "false")
        else "Write true or false."
    )
    return "truth_expected", f"{where} should be true or false.", hint


def _choice(where: str, detail: ErrorDetails) -> Words:
    expected = detail["ctx"]["expected"].replace("'", "`")
    near = _near(detail["input"], re.findall(r"`(\w+)`", expected))
    return "value_not_allowed", f"{where} should be {expected}.", near or "Use one of these words."


def _severity(where: str, detail: ErrorDetails) -> Words:
    words = [*REGISTRY_WORD.values()]
    message = f"{where} is no severity."
    return (
        "severity_unknown",
        message,
        _near(detail["ctx"]["word"], words) or "Use critical, warning or elevated.",
    )


def _severity_twice(where: str, detail: ErrorDetails) -> Words:
    message = f"{where} is a second word for a severity that is already there."
    return "severity_twice", message, "Keep one of the two."


def _condition(where: str, detail: ErrorDetails) -> Words:
    hint = 'Write a condition such as "< 20", or the two numbers it lies between: [20, 30].'
    return "condition_expected", f"{where} should be a condition.", decimals_hint(detail["input"]) or hint


def _invalid_text(where: str, detail: ErrorDetails) -> Words:
    message = f"{where} holds a character that may not stand in a text."
    return "invalid_text", message, "Leave the character out."


def decimals_hint(value: object) -> str:
    """What to write in place of `[0,8, 1,5]`, which is a list of four numbers; "" for anything else."""
    items = [*value] if isinstance(value, (list, tuple)) else []
    if len(items) != 4 or not all(re.fullmatch(r"[-+]?[0-9]{1,9}", str(item)) for item in items):
        return ""
    return f"Write decimals with a point: [{items[0]}.{items[1]}, {items[2]}.{items[3]}]."


def _near(value: object, words: list[str]) -> str:
    text = str(value)
    near = get_close_matches(text, words, n=1, cutoff=0.6) if len(text) <= _WORDS else []
    return f"Did you mean {near[0]}?" if near else ""


_DESCRIPTIONS: dict[str, Callable[[str, ErrorDetails], Words]] = {
    "missing": _missing,
    "list_type": _list,
    "string_type": _text,
    "number_expected": _number,
    "not_finite": _not_finite,
    "number_too_long": _too_long,
    "string_too_long": _long_text,
    "too_long": _too_many,
    "extra_too_large": _too_large,
    "truth_expected": _truth,
    "enum": _choice,
    "severity_unknown": _severity,
    "severity_twice": _severity_twice,
    "condition_expected": _condition,
    "invalid_text": _invalid_text,
    "string_pattern_mismatch": _invalid_text,
    "string_unicode": _invalid_text,
}
