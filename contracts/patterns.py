"""Patterns that users write. They run on RE2, whose time grows with the text's length only, whatever the pattern."""

from __future__ import annotations

from typing import Protocol, cast

import re2

# RE2 compiles a pattern into a program of at most this many bytes, or refuses it.
MEMORY = 1 << 20


class Pattern(Protocol):
    """A compiled pattern."""

    def fullmatch(self, text: str) -> object | None:
        """Whether the whole text matches: ``$`` alone would let a newline through."""


class PatternError(ValueError):
    """RE2 does not take the pattern; the message is RE2's own."""


def compile_pattern(text: str) -> Pattern:
    """Compile a user's pattern. Raises PatternError when RE2 refuses it (look-ahead, back-reference, too large)."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    try:
        return cast(Pattern, re2.compile(text, options))
    except re2.error as error:
        reason = error.args[0] if error.args else "refused"
        raise PatternError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None
    except UnicodeError:
        raise PatternError("not valid text") from None


def matches(pattern: Pattern, text: str) -> bool:
    """Whether the whole text matches. Text that cannot be encoded never does."""
    try:
        return pattern.fullmatch(text) is not None
    except UnicodeError:
        return False
