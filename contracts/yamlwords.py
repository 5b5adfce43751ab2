"""What libyaml says about a broken file, in words that help whoever wrote it."""

from __future__ import annotations

from typing import Any

import yaml

from contracts.yamlnodes import YamlError, YamlSource

_CORE = "tag:yaml.org,2002:"
_SHOWN = 60

# A part of libyaml's own message: what to say instead, and the way out.
_PROBLEMS = (
    (
        "unknown escape character",
        "In double quotes, a backslash starts a code, and this one is unknown.",
        "Use single quotes for a text with backslashes.",
    ),
    (
        "expected hexdecimal number",
        "In double quotes, a backslash starts a code, and this one is not complete.",
        "Use single quotes for a text with backslashes.",
    ),
    (
        "invalid Unicode character escape",
        "This code stands for half of a character.",
        "Write the character itself.",
    ),
    (
        "mapping values are not allowed",
        "A `:` is not expected here.",
        "Put a text that holds `: ` in quotes, or check the indentation.",
    ),
    ("could not find expected ':'", "A `:` after the key is missing.", "Write `key: value`."),
    (
        "did not find expected key",
        "A key was expected here.",
        "Check the indentation and the quotes before it.",
    ),
    (
        "did not find expected '-'",
        "A list item, starting with `- `, was expected here.",
        "Check the indentation.",
    ),
    ("did not find expected ',' or '}'", "A `,` or the closing `}` was expected here.", "Close the bracket."),
    ("did not find expected ',' or ']'", "A `,` or the closing `]` was expected here.", "Close the bracket."),
    ("unexpected end of stream", "The file ends inside a quoted text.", "Close the quotes."),
    (
        "unexpected document indicator",
        "A line `---` or `...` stands inside a quoted text.",
        "Close the quotes.",
    ),
    ("tab character", "A tab cannot indent YAML.", "Use spaces."),
    (
        "did not find expected <document start>",
        "Text follows where the document has ended.",
        "Check the indentation, or put the text in quotes.",
    ),
    (
        "did not find expected alphabetic or numeric",
        "An alias or anchor without a name.",
        "Put a text that begins with `*` or `&` in quotes.",
    ),
    (
        "did not find expected comment or line break",
        "`|` or `>` must be the last thing on its line.",
        'Put a text that begins with `>` or `|` in quotes, such as "> 8".',
    ),
    ("undefined tag handle", "A text that begins with `!` needs quotes.", "Put it in quotes."),
    (
        "block sequence entries are not allowed",
        "A list item is not expected here.",
        "Start it on a line of its own.",
    ),
)


def not_yaml(error: yaml.YAMLError, source: YamlSource) -> YamlError:
    """The error that names the place and a way out, for one of libyaml's."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = min(mark.index if mark else 0, len(source.text))
    message, hint = _in_words(problem, source.text[index : index + 1])
    return YamlError("not_yaml", f"This is not YAML. {message}", hint, *source.place(index))


def _in_words(problem: str, character: str) -> tuple[str, str]:
    if "cannot start any token" in problem:
        if character == "\t":
            return "A tab cannot indent YAML.", "Use spaces."
        return f"A text that begins with `{character}` needs quotes.", "Put it in quotes."
    for part, message, hint in _PROBLEMS:
        if part in problem:
            return message, hint
    return f"The reader {problem or 'stopped here'}."[
        :120
    ], "Check the indentation and the quotes around here."


def tag_in_words(tag: str) -> str:
    """A tag as people write it, shortened: `!!python/object`."""
    short = "!!" + tag[len(_CORE) :] if tag.startswith(_CORE) else tag
    return short if len(short) <= _SHOWN else short[:_SHOWN] + "…"
