"""Guards: when a binding applies at all, `is_hypertrophy_focused == true and sessions_per_week >= 3`.

    guard      = both { "or" both }
    both       = part { "and" part }
    part       = "not" part | "(" guard ")" | name operator literal
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">="
    literal    = "true" | "false" | number | "'" text "'" | '"' text '"'

A guard is asked about the context that is sent with an observation. It knows three kinds of values, yes or
no, number and text, and never mixes them: `true` is not 1, and "5" is not 5.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from contracts.decimals import DIGITS_EXPECTED, exact, plain, read_decimal
from contracts.tokens import NAMES, ExpectationError, Tokens

__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "Guard",
    "GuardError",
    "GuardResult",
    "Literal",
    "Not",
    "parse_guard",
]

LONGEST: Final = 500
_DEEPEST: Final = 20  # parentheses and "not" inside each other
_COMPARISON: Final = 'a comparison such as "is_resting == true"'
_LITERAL: Final = "true, false, a number or a text in quotes"
_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_RESERVED: Final = frozenset({"and", "or", "not", "true", "false"})

Literal = bool | Decimal | str
Context = Mapping[str, object]


class GuardError(ExpectationError):
    """A text is not a guard."""


@dataclass(frozen=True, slots=True)
class GuardResult:
    """Whether a guard holds, and the names it asks for that the context does not have."""

    holds: bool
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.holds


@dataclass(frozen=True, slots=True)
class Comparison:
    """One name of the context compared with a literal."""

    name: str
    operator: str
    literal: Literal
    #: Kept beside the literal, because to Python True equals 1.
    kind: type[bool | Decimal | str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", type(self.literal))

    def holds(self, context: Context) -> bool:
        """Values of different kinds are different, and neither is less than the other. That is no error."""
        value = _value(context.get(self.name))
        if type(value) is not self.kind:
            return self.operator == "!="
        return _OPERATORS[self.operator](value, self.literal)

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {_written(self.literal)}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a part."""

    part: Part

    def holds(self, context: Context) -> bool:
        """Whether the part does not hold."""
        return not self.part.holds(context)

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, (AllOf, AnyOf)) else f"not {self.part}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Parts joined by `and`."""

    parts: tuple[Part, ...]

    def holds(self, context: Context) -> bool:
        """Whether every part holds."""
        return all(part.holds(context) for part in self.parts)

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Parts joined by `or`."""

    parts: tuple[Part, ...]

    def holds(self, context: Context) -> bool:
        """Whether some part holds."""
        return any(part.holds(context) for part in self.parts)

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Part = Comparison | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard as read. `str` writes it canonically: `parse_guard(str(guard)) == guard`."""

    root: Part

    @property
    def names(self) -> tuple[str, ...]:
        """The names it asks for, each once, in the order of the text."""
        return tuple(dict.fromkeys(_names(self.root)))

    def evaluate(self, context: Context) -> GuardResult:
        """Ask it about a context.

        A name that is absent, or null, makes the whole guard false, even behind `not`: what is not known can
        neither be confirmed nor ruled out.
        """
        missing = tuple(name for name in self.names if context.get(name) is None)
        return GuardResult(not missing and self.root.holds(context), missing)

    def __str__(self) -> str:
        return str(self.root)


def parse_guard(text: str) -> Guard:
    """Read a guard. Raises GuardError with the column and what was expected."""
    tokens = Tokens(text, GuardError, LONGEST, NAMES)
    root = _any_of(tokens, 0)
    tokens.expect_end('"and", "or" or the end of the guard')
    return Guard(root)


def _any_of(tokens: Tokens, depth: int) -> Part:
    parts = [_all_of(tokens, depth)]
    while tokens.take_if("or"):
        parts.append(_all_of(tokens, depth))
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def _all_of(tokens: Tokens, depth: int) -> Part:
    parts = [_part(tokens, depth)]
    while tokens.take_if("and"):
        parts.append(_part(tokens, depth))
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def _part(tokens: Tokens, depth: int) -> Part:
    if depth > _DEEPEST:
        tokens.fail(f"at most {_DEEPEST} parentheses or negations inside each other")
    if tokens.take_if("not"):
        return Not(_part(tokens, depth + 1))
    if tokens.take_if("("):
        inner = _any_of(tokens, depth + 1)
        tokens.expect(")", '"and", "or" or ")"')
        return inner
    kind, name, _ = tokens.now
    if kind != "word" or name.lower() in _RESERVED:
        tokens.fail(_COMPARISON)
    tokens.take()
    operator = tokens.operator(tuple(_OPERATORS), "one of ==, !=, <, <=, >, >=")
    return Comparison(name, operator, _literal(tokens, ordered=operator not in ("==", "!=")))


def _literal(tokens: Tokens, *, ordered: bool) -> Literal:
    start = tokens.now
    kind, text, _ = tokens.take()
    if text.lower() in ("true", "false"):
        if ordered:
            tokens.fail("a number or a text in quotes", start)
        return text.lower() == "true"
    if kind == "text":
        return text[1:-1]
    negative = kind == "dash"
    if negative:
        kind, text, _ = tokens.take()
    if kind != "number":
        tokens.fail(_LITERAL, start)
    number = read_decimal(text)
    if number is None:
        tokens.fail(f"a number with {DIGITS_EXPECTED}", start)
    return number.copy_negate() if negative and number else number


def _value(value: object) -> Literal | None:
    """A value of the context as a guard sees it; None when it is neither yes or no, nor number, nor text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (int, float, Decimal)):
        try:
            return exact(value)
        except ValueError:
            return None
    return None


def _written(literal: Literal) -> str:
    if isinstance(literal, bool):
        return "true" if literal else "false"
    if isinstance(literal, Decimal):
        return plain(literal)
    return f"'{literal}'" if '"' in literal else f'"{literal}"'


def _names(part: Part) -> Iterator[str]:
    if isinstance(part, Comparison):
        yield part.name
        return
    parts: Iterable[Part] = (part.part,) if isinstance(part, Not) else part.parts
    for inner in parts:
        yield from _names(inner)
