"""Words of the contract language and the errors that say where reading stopped and what was expected.

Conditions, guards and durations are read from the same kind of tokens, so that all of them understand the
same signs and count columns in the text as given.
"""

from __future__ import annotations

import re
from typing import NoReturn

_SHOWN = 40  # characters of the text repeated in a message

# Signs people type or an editor puts in their place. Only the digits 0-9 are numbers. A number may begin
# with a point, but not right behind another one: `0...5` is a typing error, never the interval 0 to 0.5.
_PATTERN = r"""[ \t\u00a0\u2009\u202f]*(?:
      (?P<number>(?:[0-9]+(?:\.[0-9]+)?|(?<!\.)\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<operator>[<>=!]=|<>|=[<>]|[<>=≤≥≠])
    | (?P<word>WORD)
    | (?P<dots>\.\.)
    | (?P<dash>[-\u2010-\u2015\u2212])
    | (?P<text>"[^"\x00-\x1f\x7f]*"|'[^'\x00-\x1f\x7f]*')
    | (?P<other>.)
    | (?P<end>\Z)
)"""
# In a condition a number may follow a word without a space (`over7d`); in a guard it belongs to the name.
WORDS = re.compile(_PATTERN.replace("WORD", "[A-Za-z]+"), re.VERBOSE | re.DOTALL)
NAMES = re.compile(_PATTERN.replace("WORD", "[A-Za-z_][A-Za-z0-9_]*"), re.VERBOSE | re.DOTALL)

_KINDS = {index: kind for kind, index in WORDS.groupindex.items()}
_MEANT = {"=": "==", "=>": ">=", "=<": "<=", "<>": "!="}
_CANONICAL = {"≤": "<=", "≥": ">=", "≠": "!="}


class ExpectationError(ValueError):
    """A text could not be read.

    `text` is the text as given, `column` (from 1) where reading stopped and `expected` what would have
    been understood there: these are for programs. As a text, it is a sentence for people, without its full stop;
    `told` is that sentence where there is a better one than the usual.
    """

    def __init__(self, text: str, column: int, expected: str, told: str = "") -> None:
        super().__init__(text, column, expected, told)
        self.text = text
        self.column = column
        self.expected = expected
        self.told = told

    def __str__(self) -> str:
        if self.told:
            return self.told
        before, after = self.text[: self.column - 1].strip(), self.text[self.column - 1 :].strip()
        what = self.expected[:1].upper() + self.expected[1:]
        if not before:
            return f'{what} is expected, not "{shown(after)}"' if after else f"{what} is missing"
        behind = f'after "{shown(before, from_end=True)}"'
        if not after:
            return f"{what} is missing {behind}"
        return f'{what} is expected {behind}, not "{shown(after)}"'


# One word or sign: its kind, its text and its column, from 1. A plain tuple: reading is measured in µs.
Token = tuple[str, str, int]


class Tokens:
    """The tokens of one text and the place reading has come to.

    `error` is what is raised where something else is expected. `limit` is the longest text that is read.
    """

    __slots__ = ("_at", "_error", "_list", "text")

    def __init__(
        self, text: str, error: type[ExpectationError], limit: int, pattern: re.Pattern[str] = WORDS
    ) -> None:
        self.text = text
        self._error = error
        self._at = 0
        if len(text) > limit:
            most = f"at most {limit} characters"
            self.fail_at(limit + 1, most, f"The text is too long: {most} are read")
        self._list = [
            (_KINDS[index], match[index], match.start(index) + 1)
            for match in pattern.finditer(text)
            if (index := match.lastindex)
        ]

    @property
    def now(self) -> Token:
        """The token to be read next; past the last word it is the end."""
        return self._list[self._at]

    def take(self) -> Token:
        """Read one token. The end stays where it is."""
        token = self._list[self._at]
        if token[0] != "end":
            self._at += 1
        return token

    def take_if(self, text: str) -> bool:
        """Read the given sign or (lower-case) word if it comes next, whatever its case."""
        found = self._list[self._at][1]
        if found == text or found.lower() == text:
            self._at += 1
            return True
        return False

    def expect(self, text: str, expected: str = "") -> None:
        """Read the given sign or word, or fail."""
        if not self.take_if(text):
            self.fail(expected or f'"{text}"')

    def expect_end(self, expected: str) -> None:
        """Fail unless everything has been read."""
        if self._list[self._at][0] != "end":
            self.fail(expected)

    def operator(self, allowed: tuple[str, ...], expected: str) -> str:
        """Read one of the allowed operators, in its canonical writing."""
        kind, text, _ = self._list[self._at]
        operator = _CANONICAL.get(text, text)
        if kind != "operator" or operator not in allowed:
            self.fail(f'"{_MEANT[text]}"' if _MEANT.get(text) in allowed else expected)
        self._at += 1
        return operator

    def ahead(self, count: int) -> Token:
        """The token that comes so many after the next one; the end, where there are none."""
        return self._list[min(self._at + count, len(self._list) - 1)]

    def fail(self, expected: str, token: Token | None = None, told: str = "") -> NoReturn:
        """Say what was expected in place of the given token (usually the next one)."""
        self.fail_at((token or self.now)[2], expected, told)

    def fail_at(self, column: int, expected: str, told: str = "") -> NoReturn:
        """Say what was expected at a column."""
        raise self._error(self.text, column, expected, told)


def shown(text: str, *, from_end: bool = False) -> str:
    """A text as it may stand in a message: short, on one line, without signs that cannot be printed."""
    if len(text) > _SHOWN:
        text = "…" + text[1 - _SHOWN :] if from_end else text[: _SHOWN - 1] + "…"
    return "".join(s if s.isprintable() else s.encode("unicode_escape").decode("ascii") for s in text)
