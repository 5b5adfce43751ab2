"""What every document model shares, and the exact types of its values.

A YAML scalar without quotes arrives as :class:`contracts.yamltree.Plain`; the types here decide what it
means. Text due:
``yes``, ``012`` and ``1:30`` stay that text. A number due: only finite decimals, and never quoted text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from contracts.decimals import DIGITS_EXPECTED, fits, plain, read_bounded, read_tidy, trimmed
from contracts.limits import EXTRA_KEYS
from contracts.yamltree import Plain, resolve, text_problem

# The same characters that the YAML reader refuses; pydantic itself refuses lone surrogates.
_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}\x{fffe}\x{ffff}]*$"
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+")
_NOT_FINITE = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
_LARGEST_EXPONENT = 308
# What word processors make of a minus.
_MINUS = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _number_expected() -> PydanticCustomError:
    return PydanticCustomError("number_expected", "expected a number")


def _not_finite() -> PydanticCustomError:
    return PydanticCustomError("not_finite", "expected a finite number")


def _too_long() -> PydanticCustomError:
    return PydanticCustomError("number_too_long", "expected {expected}", {"expected": DIGITS_EXPECTED})


def read_number(value: object) -> Decimal:
    """A finite decimal, from a number or a YAML scalar without quotes; no trailing zeros, no minus zero.

    Raises PydanticCustomError: ``number_expected`` (quoted text and booleans too), ``not_finite``,
    ``number_too_long``.
    """
    if isinstance(value, Plain):
        return _read_plain_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _number_expected()
    return _checked(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))


@lru_cache(maxsize=4096)  # the same few numbers occur again and again
def _read_plain_number(text: str) -> Decimal:
    if text[:1] in _MINUS:
        text = f"-{text[1:]}"
    number = read_tidy(text)
    if number is not None:
        return number
    if _DECIMAL.fullmatch(text):
        number = read_bounded(text)
        if number is None:
            raise _too_long()
        return _checked(number)
    raise _not_finite() if _NOT_FINITE.fullmatch(text) else _number_expected()


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite() or number.adjusted() > _LARGEST_EXPONENT:
        raise _not_finite()
    if number.adjusted() < -_LARGEST_EXPONENT or not fits(number):
        raise _too_long()
    return trimmed(number)


def read_truth(value: object) -> bool:
    """True or false, from a boolean or from an unquoted `true`, `yes`, `on`, `false`, `no` or `off`."""
    truth = _TRUTH.get(value.lower()) if isinstance(value, Plain) else value
    if isinstance(truth, bool):
        return truth
    raise PydanticCustomError("truth_expected", "expected true or false")


def read_condition(value: object) -> object:
    """A condition's text as it is written; a list of two numbers is the closed interval between them."""
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise PydanticCustomError("condition_expected", "expected a condition")
        low, high = (read_number(end) for end in value)
        return f"{plain(low)}..{plain(high)}"
    return value


def read_unknown(value: Any, info: ValidationInfo) -> Any:
    """The value of a key that no model has, as plain data that can be stored and written again."""
    data = resolve(value)
    if not _is_finite(data):
        raise _not_finite()
    if problem := text_problem(data):
        raise PydanticCustomError("invalid_text", "holds {problem}", {"problem": problem})
    if (
        isinstance(data, (str, list, dict))
        and info.context != KEPT
        and _size(data, EXTRA_KEYS.each) > EXTRA_KEYS.each
    ):
        raise PydanticCustomError("extra_too_large", "too large", {"most": EXTRA_KEYS.each})
    return data


def _size(data: Any, most: int) -> int:
    """How many characters plain data has, its keys and one for each value included; soon given up beyond ``most``."""
    size, rest = 0, [data]
    while rest and size <= most:
        part = rest.pop()
        size += len(part) if isinstance(part, str) else 1
        if isinstance(part, dict):
            rest += [*part, *part.values()]
        elif isinstance(part, list):
            rest += part
    return size


def _is_finite(data: Any) -> bool:
    if isinstance(data, dict):
        return all(map(_is_finite, data.values()))
    if isinstance(data, list):
        return all(map(_is_finite, data))
    return not isinstance(data, float) or isfinite(data)


def number_for_json(value: Decimal) -> int | float:
    """The decimal as JSON writes it. Exact: 15 digits fit into a double."""
    return int(value) if value == value.to_integral_value() else float(value)


Text = Annotated[str, StringConstraints(pattern=_PRINTABLE), WithJsonSchema({"type": "string"})]
Number = Annotated[
    Decimal,
    PlainValidator(read_number),
    PlainSerializer(number_for_json, when_used="json"),
    WithJsonSchema({"type": "number"}),
]
Truth = Annotated[bool, PlainValidator(read_truth), WithJsonSchema({"type": "boolean"})]
ConditionText = Annotated[
    Text,
    BeforeValidator(read_condition),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            ],
            "examples": ["< 20", "80..89", "drop >= 10% over 7d"],
        }
    ),
]


KEPT: Final = "kept"
"""The context in which what was accepted once is read again: limits that came later do not hold for it."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """So many characters of a text, items of a list or keys of a mapping."""

    most: int

    def check(self, value: Any, info: ValidationInfo) -> Any:
        """The value. Raises pydantic's own errors for what is too long."""
        if len(value) > self.most and info.context != KEPT:
            if isinstance(value, str):
                raise PydanticKnownError("string_too_long", {"max_length": self.most})
            context = {"field_type": "List", "max_length": self.most, "actual_length": len(value)}
            raise PydanticKnownError("too_long", context)
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Checked once everything else is."""
        return core_schema.with_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The limit as JSON Schema says it."""
        found = handler(schema)
        word = {"string": "maxLength", "array": "maxItems", "object": "maxProperties"}.get(
            found.get("type", "")
        )
        return found | {word: self.most} if word else found


def _title(model: type[Any]) -> str:
    """What a schema calls the model: "A KPI", "The export"."""
    noun: str = model.noun
    return noun[0].upper() + noun[1:]


class Document(BaseModel):
    """Base of all document models: a value object that keeps the keys it does not know."""

    model_config = ConfigDict(extra="allow", frozen=True, model_title_generator=_title)

    if not TYPE_CHECKING:  # a type checker would take it for an argument of every model
        __pydantic_extra__: dict[str, Annotated[Any, AfterValidator(read_unknown)]]

    noun: ClassVar[str] = "this"
    """What messages call it."""
    always_written: ClassVar[frozenset[str]] = frozenset()
    """Fields that a file has even where they say what goes without saying."""

    @property
    def extra(self) -> dict[str, Any]:
        """The keys that this model does not have, as plain data, in the order of the file."""
        return self.__pydantic_extra__ or {}
